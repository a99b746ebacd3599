"""`report.dcm`: the findings as a DICOM SR measurement report (TID 1500, PS3.16), each lesion tied to its outline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from ...engine.findings.analysis import Analysis, Lesion, Malignancy
from ...engine.findings.lesion_segment import lesion_name
from ...engine.findings.measures import LESION_MEASURES, MILLIMETRES, PIXELS, Measure
from ...engine.images.frames import Frames
from ..needed_packages import needed
from . import codes
from .header import CHARACTER_SET, DEVICE_NAME, MANUFACTURER, SOFTWARE_VERSION
from .segmentation import segment_frames
from .source import DicomSource, SourceFrame, new_uid

SERIES = 9003
DESCRIPTION = "BreastUSAI measurements, research use only"
MOST_LESIONS = 100
"""Listed in one report, the largest first: what others' readers open in seconds."""


def listed_lesions(analysis: Analysis) -> tuple[Lesion, ...]:
    """The lesions of a still or of a cine's key frame; of a volume each joined lesion where it is most suspicious."""
    key = analysis.verdict.key_frame
    if not analysis.volume_lesions:
        return () if key is None else analysis.lesions_of(key)
    by_id = {lesion.id: lesion for lesion in analysis.lesions}
    largest = []
    for joined in analysis.volume_lesions:
        there = [by_id[one] for one in joined.lesions if by_id[one].frame == joined.key_frame]
        largest += sorted(there, key=lambda lesion: -lesion.area_px)[:1]
    return tuple(largest)


def measurement_report(
    analysis: Analysis, frames: Frames, source: DicomSource, segmented: Dataset | None = None
) -> Dataset:
    """The image's likelihood and verdict, and `listed_lesions` of frames that can be referred to, with their measures.

    Args:
        analysis: what was found.
        frames: what it was found in.
        source: what is referred to; it has the key frame, or any frame where there is none.
        segmented: the DICOM Segmentation of the same analysis, to which the lesions are tied; None ties each to an
            ellipse over its axes in the source image.

    Raises:
        DependencyError: highdicom is not there.
    """
    highdicom = needed("highdicom", "highdicom", "a DICOM measurement report")
    make = _Maker(highdicom, analysis, frames, source, segmented)
    evidence = [_evidence(source, frame, frames) for frame in _instances(source)]
    if segmented is not None:
        evidence.append(segmented)
    report = highdicom.sr.ComprehensiveSR(
        evidence=evidence,
        content=make.content(evidence[: len(_instances(source))]),
        series_instance_uid=new_uid(),
        series_number=SERIES,
        sop_instance_uid=new_uid(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=DEVICE_NAME,
        software_versions=SOFTWARE_VERSION,
        series_description=DESCRIPTION,
        is_complete=True,
        is_verified=False,
        specific_character_set=CHARACTER_SET,
        coding_schemes=[
            highdicom.coding_schemes.CodingSchemeIdentificationItem(codes.OWN_SCHEME, name=codes.OWN_SCHEME_NAME)
        ],
    )
    report.PreliminaryFlag = "PRELIMINARY"
    _by_frame_alone(report)
    return report


def _own_scheme(highdicom: Any) -> Any:
    return highdicom.coding_schemes.CodingSchemeIdentificationItem(codes.OWN_SCHEME, name=codes.OWN_SCHEME_NAME)


def _by_frame_alone(item: Dataset) -> None:
    """A reference names a frame or a segment and never both (PS3.3 C.18.4); a frame here is of one segment."""
    for reference in item.get("ReferencedSOPSequence", []):
        if "ReferencedFrameNumber" in reference:
            reference.pop("ReferencedSegmentNumber", None)
    for below in item.get("ContentSequence", []):
        _by_frame_alone(below)


def _instances(source: DicomSource) -> list[SourceFrame]:
    """One frame of each image that is referred to."""
    return list({frame.sop_instance_uid: frame for frame in source.frames.values()}.values())


def _evidence(source: DicomSource, frame: SourceFrame, frames: Frames) -> Dataset:
    """What highdicom reads of an image that is referred to: identifiers, and nothing of the patient but `identity`."""
    image = Dataset()
    for keyword, value in source.identity.items():
        setattr(image, keyword, value)
    image.SOPClassUID, image.SOPInstanceUID = frame.sop_class_uid, frame.sop_instance_uid
    image.StudyInstanceUID, image.SeriesInstanceUID = source.study_instance_uid, source.series_instance_uid
    image.Modality, image.Rows, image.Columns = "US", frames.rows, frames.columns
    if frame.frame_number is not None:
        image.NumberOfFrames = frames.count
    return image


class _Maker:
    """Makes the content of one report."""

    def __init__(
        self, highdicom: Any, analysis: Analysis, frames: Frames, source: DicomSource, segmented: Dataset | None
    ) -> None:
        self._sr, self._analysis, self._frames, self._source = highdicom.sr, analysis, frames, source
        self._segmented = segmented
        self._segment_frames: Mapping[tuple[int, int], int] = (
            {} if segmented is None else segment_frames(segmented, source)
        )
        self._classifier = self._algorithm("classification")
        self._segmenter = self._algorithm("segmentation")
        hidden = PIXELS if analysis.input.pixel_spacing_mm is not None else MILLIMETRES
        self._measures = [measure for measure in LESION_MEASURES if measure.unit not in hidden]
        self._tracked: dict[int, str] = {}

    def content(self, images: Sequence[Dataset]) -> Any:
        """The whole tree."""
        found = listed_lesions(self._analysis)
        lesions = [lesion for lesion in found if lesion.frame in self._source.frames][:MOST_LESIONS]
        groups = [self._image(len(found) - len(lesions)), *map(self._lesion, lesions)]
        return self._sr.MeasurementReport(
            observation_context=self._observer(),
            procedure_reported=codes.BREAST_ULTRASOUND,
            imaging_measurements=groups,
            referenced_images=images,
        )

    def _observer(self) -> Any:
        device = self._sr.DeviceObserverIdentifyingAttributes(
            uid=new_uid(), name=DEVICE_NAME, manufacturer_name=MANUFACTURER, model_name=SOFTWARE_VERSION
        )
        kind = self._code(codes.DEVICE)
        observer = self._sr.ObserverContext(observer_type=kind, observer_identifying_attributes=device)
        return self._sr.ObservationContext(observer_device_context=observer)

    def _algorithm(self, task: str) -> Any:
        model = next((one for one in self._analysis.models if one.task == task), None)
        return self._sr.AlgorithmIdentification(
            name=model.name if model else DEVICE_NAME,
            version=model.version if model else SOFTWARE_VERSION,
            parameters=[f"SHA-256 of the weights: {model.sha256}"] if model else None,
        )

    def _image(self, left_out: int) -> Any:
        """What is said of the whole input: that of its key frame; and how many lesions are not listed."""
        verdict, key = self._analysis.verdict, self._analysis.verdict.key_frame
        shown = self._source.frames.get(-1 if key is None else key)
        label = codes.own(verdict.label.value, verdict.label.value.capitalize())
        return self._sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._sr.TrackingIdentifier(new_uid(), "Whole image"),
            finding_sites=[self._site()],
            algorithm_id=self._classifier,
            source_images=None if shown is None else [self._source_image(shown)],
            measurements=[*self._likelihood(verdict.malignancy), *self._left_out(left_out)] or None,
            qualitative_evaluations=[self._sr.QualitativeEvaluation(codes.VERDICT, label)],
        )

    def _left_out(self, count: int) -> list[Any]:
        return [self._number(codes.NOT_LISTED, count, codes.COUNT)] if count else []

    def _lesion(self, lesion: Lesion) -> Any:
        number = self._analysis.volume_number(lesion.frame, lesion.number)
        tracking = self._tracked.setdefault(number, self._tracking_uid(number))
        measured = [item for measure in self._measures for item in self._measurement(measure, lesion)]
        return self._sr.PlanarROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=self._sr.TrackingIdentifier(tracking, lesion_name(number)),
            finding_category=codes.CATEGORY,
            finding_type=codes.MASS,
            finding_sites=[self._site()],
            algorithm_id=self._segmenter,
            measurements=[*measured, *self._likelihood(lesion.malignancy)],
            **self._region(lesion, number),
        )

    def _tracking_uid(self, number: int) -> str:
        segments = [] if self._segmented is None else self._segmented.SegmentSequence
        known = (segment.TrackingUID for segment in segments if segment.SegmentLabel == lesion_name(number))
        return str(next(known, new_uid()))

    def _region(self, lesion: Lesion, number: int) -> dict[str, Any]:
        frame = self._source.frames[lesion.frame]
        at = self._segment_frames.get((lesion.frame, number))
        if at is not None and self._segmented is not None:
            segments = [str(item.SegmentLabel) for item in self._segmented.SegmentSequence]
            segment = self._sr.ReferencedSegmentationFrame(
                sop_class_uid=self._segmented.SOPClassUID,
                sop_instance_uid=self._segmented.SOPInstanceUID,
                frame_number=at,
                segment_number=segments.index(lesion_name(number)) + 1,
                source_image=self._source_image(frame, segmented=True),
            )
            return {"referenced_segment": segment}
        ends = [*lesion.long_axis_ends_px, *lesion.short_axis_ends_px]
        region = self._sr.ImageRegion(
            graphic_type="ELLIPSE",
            graphic_data=_points(ends, self._frames.rows, self._frames.columns),
            source_image=self._sr.SourceImageForRegion(frame.sop_class_uid, frame.sop_instance_uid, _numbers_of(frame)),
        )
        return {"referenced_region": region}

    def _source_image(self, frame: SourceFrame, segmented: bool = False) -> Any:
        kind = self._sr.SourceImageForSegmentation if segmented else self._sr.SourceImageForMeasurementGroup
        return kind(frame.sop_class_uid, frame.sop_instance_uid, _numbers_of(frame))

    def _measurement(self, measure: Measure[Lesion], lesion: Lesion) -> list[Any]:
        value = measure.value(lesion)
        if value is None:
            return []
        return [self._number(codes.quantity(measure), float(value), codes.unit_of(measure))]

    def _likelihood(self, malignancy: Malignancy | None) -> list[Any]:
        if malignancy is None:
            return []
        values = (
            (codes.LIKELIHOOD, malignancy.probability),
            (codes.LIKELIHOOD_LOW, malignancy.low),
            (codes.LIKELIHOOD_HIGH, malignancy.high),
        )
        return [self._number(name, 100 * share, codes.PERCENT, self._classifier) for name, share in values]

    def _number(self, name: Any, value: float, unit: Any, algorithm: Any = None) -> Any:
        """`algorithm` where it is another than the group's."""
        rounded = float(f"{value:.6g}")
        return self._sr.Measurement(name=self._code(name), value=rounded, unit=unit, algorithm_id=algorithm)

    def _site(self) -> Any:
        side = codes.SIDES.get(self._frames.identity.laterality or "")
        return self._sr.FindingSite(codes.BREAST, laterality=side)

    def _code(self, code: Any) -> Any:
        return self._sr.CodedConcept(code.value, code.scheme_designator, code.meaning)


def _numbers_of(frame: SourceFrame) -> list[int] | None:
    return None if frame.frame_number is None else [frame.frame_number]


def _points(ends: Sequence[tuple[float, float]], rows: int, columns: int) -> Any:
    """Ends of both axes as (column, row) from the upper left corner of the image, where the first pixel begins."""
    points = np.asarray(ends, dtype=np.float64) + 0.5
    return np.clip(points, 0.0, (columns, rows))
