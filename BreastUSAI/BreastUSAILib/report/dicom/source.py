"""The DICOM images that an analysis was made from, as the objects derived from it refer to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from ...engine.errors import InputError
from ...engine.images.frames import Frames
from ...engine.reading.dicom.dicom_file import read_header, readable_header
from ...engine.reading.header_numbers import number
from .header import identity_of, valid_uid


@dataclass(frozen=True)
class SourceFrame:
    """One frame that can be referred to. `frame_number` counts from 1, None in an image that has one frame alone."""

    sop_class_uid: str
    sop_instance_uid: str
    frame_number: int | None


@dataclass(frozen=True)
class DicomSource:
    """Where an analysis comes from.

    Args:
        study_instance_uid: of the images and of what is derived from them.
        series_instance_uid: of the images.
        frames: by index into `Frames`, what can be referred to.
        identity: patient and study as `header.IDENTITY` lists them, empty values unless they are to be kept.
        frame_of_reference_uid: that of images whose place in the patient is known, else None.
        capture: a Secondary Capture made here because nothing else can be referred to; it is to be written too.
    """

    study_instance_uid: str
    series_instance_uid: str
    frames: Mapping[int, SourceFrame]
    identity: Mapping[str, str]
    frame_of_reference_uid: str | None = None
    capture: Dataset | None = None

    @property
    def is_multiframe(self) -> bool:
        """Whether frames are told apart by their number."""
        return any(frame.frame_number is not None for frame in self.frames.values())


def new_uid() -> str:
    """A unique identifier of UUID form (PS3.5 B.2): nothing in it tells where it was made."""
    return str(generate_uid(prefix=None))


def dicom_source(frames: Frames, wanted: Iterable[int], keep_identity: bool) -> DicomSource | None:
    """The source of `frames` as far as `wanted` frames of it can be referred to.

    None where none can: the input is no DICOM file, or one whose unique identifiers are missing or not valid. An
    object that referred to such a one would be invalid itself.
    """
    try:
        with readable_header(Path(frames.source or frames.name)):
            return _source(frames, wanted, keep_identity)
    except (InputError, OSError):
        return None


def _source(frames: Frames, wanted: Iterable[int], keep_identity: bool) -> DicomSource | None:
    headers: dict[str, Dataset | None] = {}
    found: dict[int, SourceFrame] = {}
    first: Dataset | None = None
    for index in wanted:
        path = frames.files[index] if frames.files else frames.source
        if path is None:
            return None
        if path not in headers:
            headers[path] = header_of(Path(path))
        header = headers[path]
        place = None if header is None else _frame_in(header, frames, index)
        if header is None or place is None or not _same_series(first, header):
            continue
        first = first or header
        found[index] = place
    if first is None:
        return None
    return DicomSource(
        study_instance_uid=str(first.StudyInstanceUID).strip(),
        series_instance_uid=str(first.SeriesInstanceUID).strip(),
        frames=found,
        identity=identity_of(first, keep_identity),
        frame_of_reference_uid=_frame_of_reference(first),
    )


def header_of(path: Path) -> Dataset | None:
    """The header of a DICOM file, or None where it is none that can be read."""
    try:
        return read_header(path).dataset if path.is_file() else None
    except (InputError, OSError):
        return None


def _frame_in(header: Dataset, frames: Frames, index: int) -> SourceFrame | None:
    uids = [header.get(keyword) for keyword in ("SOPClassUID", "SOPInstanceUID")]
    series = [header.get(keyword) for keyword in ("StudyInstanceUID", "SeriesInstanceUID")]
    counted = header.get("NumberOfFrames")
    count = 1 if counted in (None, "") else int(number(counted) or 1)
    size = (number(header.get("Rows")), number(header.get("Columns")))
    sop_class, instance = map(valid_uid, uids)
    place = 0 if frames.files else frames.file_frames[index] if frames.file_frames else index
    usable = sop_class and instance and all(map(valid_uid, series)) and place < count
    if not usable or size != (frames.rows, frames.columns):
        return None
    assert sop_class is not None
    assert instance is not None
    return SourceFrame(sop_class, instance, None if counted in (None, "") else place + 1)


def _same_series(first: Dataset | None, header: Dataset) -> bool:
    """One object refers to the images of one series (PS3.3 C.8.20.2: one study at least)."""
    if first is None:
        return True
    return all(first.get(keyword) == header.get(keyword) for keyword in ("StudyInstanceUID", "SeriesInstanceUID"))


def _frame_of_reference(header: Dataset) -> str | None:
    placed = all(header.get(keyword) for keyword in ("ImagePositionPatient", "ImageOrientationPatient"))
    return valid_uid(header.get("FrameOfReferenceUID")) if placed else None
