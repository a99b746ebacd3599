"""`segmentation.dcm`: the outlines as a DICOM Segmentation (PS3.3 A.51) that refers to the frames they lie in.

An ultrasound image has no place in the patient. The segmentation gets the geometry that Slicer gives such an image, in
a frame of reference of its own, so that viewers that need one show it over the image; where the image states no pixel
size, that has one millimeter a pixel as a stand-in, and the object says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ...engine.findings.analysis import Analysis
from ...engine.findings.lesion_segment import lesion_color, lesion_name
from ...engine.flags import FlagCode
from ...engine.images.frames import LPS_TO_RAS, Frames, InputKind
from ..needed_packages import needed
from . import codes
from .header import CHARACTER_SET, DEVICE_NAME, MANUFACTURER, NO_SERIAL_NUMBER, SOFTWARE_VERSION
from .source import DicomSource, SourceFrame, new_uid

SERIES = 9002
DESCRIPTION = "BreastUSAI lesions, research use only"
_STAND_IN_THICKNESS_MM = 1.0
_MR = "1.2.840.10008.5.1.4.1.1.4"  # of the placeholders alone: a class whose images lie in the patient
_CALIBRATED = "Breast lesions outlined by BreastUSAI"
_UNCALIBRATED = "Breast lesions; pixel size not known, 1 mm stands in"


def outlined_frames(analysis: Analysis) -> tuple[int, ...]:
    """The frames that have a lesion, ascending."""
    return tuple(sorted({lesion.frame for lesion in analysis.lesions} & set(analysis.maps.frames)))


def segmentation(analysis: Analysis, frames: Frames, source: DicomSource) -> Dataset:
    """One segment for each lesion number, of a volume for each joined lesion; a frame for each segment and frame that
    has it and that `source` can refer to.

    Raises:
        DependencyError: highdicom is not there.
        ValueError: there is no lesion in a frame that can be referred to.
    """
    highdicom = needed("highdicom", "highdicom", "a DICOM Segmentation")
    shown = [index for index in outlined_frames(analysis) if index in source.frames]
    if not shown:
        raise ValueError("no lesion lies in a frame that can be referred to")
    labels = np.stack([analysis.segment_labels(index) for index in shown])
    numbers = [int(number) for number in np.unique(labels) if number]
    placeholders = [_placeholder(frames, source, index) for index in shown]
    made = highdicom.seg.Segmentation(
        source_images=placeholders,
        pixel_array=_renumbered(labels, numbers),
        segmentation_type="BINARY",
        segment_descriptions=_segments(highdicom, analysis, frames, numbers),
        series_instance_uid=new_uid(),
        series_number=SERIES,
        sop_instance_uid=new_uid(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=DEVICE_NAME,
        software_versions=SOFTWARE_VERSION,
        device_serial_number=NO_SERIAL_NUMBER,
        content_label="LESIONS",
        content_description=_CALIBRATED if frames.pixel_spacing_mm is not None else _UNCALIBRATED,
        series_description=DESCRIPTION,
        specific_character_set=CHARACTER_SET,
    )
    referred = {str(one.SOPInstanceUID): source.frames[index] for one, index in zip(placeholders, shown, strict=True)}
    _refer(made, source, referred)
    _finish(made, analysis, frames, source, shown)
    return made


def segment_frames(made: Dataset, source: DicomSource) -> Mapping[tuple[int, int], int]:
    """(index of the frame, number of the segment) -> number of the segmentation's own frame, from 1."""
    places = {(one.sop_instance_uid, one.frame_number): index for index, one in source.frames.items()}
    found = {}
    for number, groups in enumerate(made.PerFrameFunctionalGroupsSequence, 1):
        reference = groups.DerivationImageSequence[0].SourceImageSequence[0]
        place = places[str(reference.ReferencedSOPInstanceUID), reference.get("ReferencedFrameNumber")]
        item = groups if "SegmentIdentificationSequence" in groups else made.SharedFunctionalGroupsSequence[0]
        segment = item.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        found[place, _lesion_number(made, int(segment))] = number
    return found


def _lesion_number(made: Dataset, segment: int) -> int:
    return int(str(made.SegmentSequence[segment - 1].SegmentLabel).rpartition(" ")[2])


def _placeholder(frames: Frames, source: DicomSource, index: int) -> Dataset:
    """A single image that stands for one frame: highdicom takes several where they have a place, and none of a cine."""
    image = Dataset()
    for keyword, value in source.identity.items():
        setattr(image, keyword, value)
    image.SOPClassUID, image.SOPInstanceUID = _MR, new_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID = source.study_instance_uid, source.series_instance_uid
    image.Modality, image.Rows, image.Columns = "US", frames.rows, frames.columns
    image.FrameOfReferenceUID = source.frame_of_reference_uid or source.series_instance_uid
    matrix = LPS_TO_RAS @ frames.ijk_to_ras
    directions = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    image.ImageOrientationPatient = _numbers([*directions[:, 0], *directions[:, 1]])
    image.ImagePositionPatient = _numbers(matrix[:3, 3] + index * matrix[:3, 2])
    image.PixelSpacing = _numbers(frames.pixel_spacing_mm or (1.0, 1.0))
    image.SliceThickness = _number(frames.slice_spacing_mm or _STAND_IN_THICKNESS_MM)
    return image


def _number(value: float) -> float:
    """A decimal that fits into 16 characters."""
    return float(f"{float(value):.9g}")


def _numbers(values: Any) -> list[float]:
    return [_number(value) + 0.0 for value in values]


def _renumbered(labels: NDArray[np.unsignedinteger[Any]], numbers: Sequence[int]) -> NDArray[np.uint16]:
    """Lesion numbers as 1, 2, 3 …, as segments are numbered; a reader may have removed one between."""
    places: NDArray[np.uint16] = np.zeros(int(labels.max()) + 1, np.uint16)
    places[numbers] = np.arange(1, len(numbers) + 1)
    return places[labels]


def _segments(highdicom: Any, analysis: Analysis, frames: Frames, numbers: Sequence[int]) -> list[Any]:
    model = next((one for one in analysis.models if one.task == "segmentation"), None)
    algorithm = highdicom.AlgorithmIdentificationSequence(
        name=model.name if model else DEVICE_NAME,
        version=model.version if model else SOFTWARE_VERSION,
        family=codes.AI_FAMILY,
        source=MANUFACTURER,
        parameters={"sha256": model.sha256} if model else None,
    )
    return [
        highdicom.seg.SegmentDescription(
            segment_number=place,
            segment_label=lesion_name(number),
            segmented_property_category=codes.CATEGORY,
            segmented_property_type=codes.MASS,
            algorithm_type=_by(analysis, number),
            algorithm_identification=algorithm,
            display_color=_color(highdicom, number),
            tracking_uid=new_uid(),
            tracking_id=lesion_name(number),
            anatomic_regions=[codes.BREAST],
        )
        for place, number in enumerate(numbers, 1)
    ]


def _by(analysis: Analysis, number: int) -> str:
    """Who outlined a lesion: the network by itself, or with a reader who edited outlines or pointed at the place."""
    edited = any(flag.code is FlagCode.RESCORED for flag in analysis.flags)
    same = [one for one in analysis.lesions if analysis.volume_number(one.frame, one.number) == number]
    return "SEMIAUTOMATIC" if edited or any(one.asked is not None for one in same) else "AUTOMATIC"


def _color(highdicom: Any, number: int) -> Any:
    """The lesion's color, or None where this version of highdicom cannot convert it."""
    convert = getattr(highdicom.color.CIELabColor, "from_rgb", None)
    return None if convert is None else convert(*lesion_color(number))


def _refer(made: Dataset, source: DicomSource, referred: Mapping[str, SourceFrame]) -> None:
    """Put the real frames in the placeholders' stead."""
    for groups in made.PerFrameFunctionalGroupsSequence:
        item = groups.DerivationImageSequence[0].SourceImageSequence[0]
        frame = referred.get(str(item.ReferencedSOPInstanceUID))
        if frame is None:  # done: the segments of one frame share the item
            continue
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = frame.sop_class_uid, frame.sop_instance_uid
        if frame.frame_number is not None:
            item.ReferencedFrameNumber = frame.frame_number
    instances = {}
    for frame in referred.values():
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = frame.sop_class_uid, frame.sop_instance_uid
        instances[frame.sop_instance_uid] = item
    series = Dataset()
    series.ReferencedInstanceSequence = list(instances.values())
    series.SeriesInstanceUID = source.series_instance_uid
    made.ReferencedSeriesSequence = [series]
    made.pop("SourceImageSequence", None)


def _finish(made: Dataset, analysis: Analysis, frames: Frames, source: DicomSource, shown: Sequence[int]) -> None:
    side = frames.identity.laterality
    for segment in made.SegmentSequence:
        if side in codes.SIDES:
            segment.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [codes.coded(codes.SIDES[side])]
    shared = made.SharedFunctionalGroupsSequence[0]
    if frames.slice_spacing_mm is None:  # highdicom takes it from the frames' positions, which stand for an order alone
        for groups in (shared, *made.PerFrameFunctionalGroupsSequence):
            for measures in groups.get("PixelMeasuresSequence", []):
                measures.pop("SpacingBetweenSlices", None)
    if source.frame_of_reference_uid is None:
        made.FrameOfReferenceUID = new_uid()
    if "ContentCreatorName" not in made:
        made.ContentCreatorName = ""
    made.ImageComments = _comment(analysis, frames, source, shown)


def _comment(analysis: Analysis, frames: Frames, source: DicomSource, shown: Sequence[int]) -> str:
    """What a reader of the object should know about the frames in it, in plain words."""
    said = ["Made by BreastUSAI. Research use only, not a medical device."]
    left_out = len(set(outlined_frames(analysis)) - set(shown))
    if frames.kind is not InputKind.STILL:
        said.append(f"Lesions of {len(shown)} of the {frames.count} frames; each frame here names the one it is of.")
    if left_out:
        said.append(f"{left_out} more frames have lesions but could not be referred to.")
    if source.capture is not None:
        said.append("The input had no DICOM identifiers to refer to: a Secondary Capture of it is the source.")
    if frames.pixel_spacing_mm is None:
        said.append("The pixel size is not known: one millimeter stands in for it, and no length is to be measured.")
    if source.frame_of_reference_uid is None:
        said.append(
            "Position and orientation are stand-ins, as is the distance between frames where the image states none: "
            "ultrasound images do not say where they lie in the patient."
        )
    return " ".join(said)
