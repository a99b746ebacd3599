"""Secondary Captures (PS3.3 A.8.1): of the preview, and of a frame where the input is no DICOM file to refer to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset

from ...engine.findings.analysis import Analysis
from ...engine.images.frames import Frames
from ..needed_packages import needed
from ..preview import render_preview
from ..preview_views import displayable
from . import codes
from .codes import coded
from .header import CHARACTER_SET, DEVICE_NAME, MANUFACTURER, SOFTWARE_VERSION
from .source import DicomSource, SourceFrame, new_uid

PREVIEW_SERIES, SOURCE_SERIES = 9001, 9000
PREVIEW_DESCRIPTION = "BreastUSAI preview, research use only"
SOURCE_DESCRIPTION = "Image that BreastUSAI analyzed"
MOST_COLUMNS = 65535


def preview_capture(analysis: Analysis, frames: Frames, source: DicomSource, has_text: bool) -> Dataset:
    """The preview as a Secondary Capture that refers to the frame it shows.

    Args:
        analysis: what was found.
        frames: what it was found in, without what is not to be seen.
        source: what is referred to.
        has_text: whether text of the scanner may be seen in the picture.

    Raises:
        DependencyError: highdicom is not there.
        InputError: the frame cannot be read again.
    """
    key = analysis.verdict.key_frame
    shown = source.frames.get(frames.count // 2 if key is None else key)
    pixels = np.asarray(render_preview(analysis, frames).convert("RGB"))
    capture = _capture(pixels, source.study_instance_uid, source, PREVIEW_SERIES, PREVIEW_DESCRIPTION, has_text)
    if shown is not None:
        capture.SourceImageSequence = [_reference(shown)]
    return capture


def captured_source(frames: Frames, index: int, identity: Mapping[str, str], has_text: bool) -> DicomSource:
    """Frame `index` as a Secondary Capture that other objects can refer to, in a study of its own.

    Raises:
        DependencyError: highdicom is not there.
        InputError: the frame cannot be read again.
    """
    study, series = new_uid(), new_uid()
    shown = displayable(frames.read_frame(index))
    pixels = np.asarray(shown if frames.has_color else shown.convert("L"))
    plain = DicomSource(study, series, {}, identity)
    capture = _capture(
        pixels, study, plain, SOURCE_SERIES, SOURCE_DESCRIPTION, has_text, frames.pixel_spacing_mm, series
    )
    place = SourceFrame(str(capture.SOPClassUID), str(capture.SOPInstanceUID), None)
    return DicomSource(study, series, {index: place}, identity, capture=capture)


def _capture(
    pixels: NDArray[np.uint8],
    study: str,
    source: DicomSource,
    series_number: int,
    description: str,
    has_text: bool,
    pixel_spacing_mm: tuple[float, float] | None = None,
    series: str | None = None,
) -> Dataset:
    highdicom = needed("highdicom", "highdicom", "a DICOM object")
    who = source.identity
    capture = highdicom.sc.SCImage(
        pixel_array=_within(pixels),
        photometric_interpretation="RGB" if pixels.ndim == 3 else "MONOCHROME2",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),  # highdicom wants one; it is not known, and made empty below
        study_instance_uid=study,
        series_instance_uid=series or new_uid(),
        series_number=series_number,
        sop_instance_uid=new_uid(),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=DEVICE_NAME,
        software_versions=SOFTWARE_VERSION,
        series_description=description,
        patient_id=who["PatientID"],
        patient_name=who["PatientName"],
        patient_birth_date=who["PatientBirthDate"],
        patient_sex=who["PatientSex"],
        accession_number=who["AccessionNumber"],
        study_id=who["StudyID"],
        study_date=who["StudyDate"] or None,
        study_time=who["StudyTime"] or None,
        referring_physician_name=who["ReferringPhysicianName"],
        pixel_spacing=pixel_spacing_mm,
        specific_character_set=CHARACTER_SET,
    )
    capture.PatientOrientation = None
    capture.Laterality = ""  # type 2C of a paired organ; the sides are said of lesions
    capture.ImageType = ["DERIVED", "SECONDARY"]
    capture.BurnedInAnnotation = "YES" if has_text else "NO"
    return capture


def _reference(frame: SourceFrame) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = frame.sop_class_uid, frame.sop_instance_uid
    if frame.frame_number is not None:
        item.ReferencedFrameNumber = frame.frame_number
    item.PurposeOfReferenceCodeSequence = [coded(codes.PROCESSED_SOURCE)]
    return item


def _within(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture whose size fits into Rows and Columns."""
    rows, columns = pixels.shape[:2]
    if max(rows, columns) <= MOST_COLUMNS:
        return pixels
    scale = MOST_COLUMNS / max(rows, columns)
    size = (max(1, int(columns * scale)), max(1, int(rows * scale)))
    return np.asarray(Image.fromarray(pixels).resize(size))
