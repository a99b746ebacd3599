"""Everything readable in a folder, in a stable order."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.tag import Tag

from ..errors import InputError
from ..frames import Frames
from .dicom_file import read_header, readable_header
from .file import read_file
from .header_numbers import number
from .names import NOT_IMAGES, PICTURES, VOLUMES, extension
from .slices import SlicePlace, read_slices, slice_place, stackable

_NO_IMAGES = frozenset(
    {"thumbs.db", "desktop.ini", "dicomdir", "license", "copying", "notice", "readme", "makefile", "sha256sums"}
)
_HEADER = [
    Tag(keyword)
    for keyword in (
        *("SOPClassUID", "SOPInstanceUID", "Modality", "SeriesInstanceUID", "InstanceNumber", "NumberOfFrames"),
        *("Rows", "Columns", "ImagePositionPatient", "ImageOrientationPatient"),
    )
]


@dataclass(frozen=True)
class _Member:
    """One file of the folder; `place` is where its single frame lies in the patient, if the header says."""

    path: Path
    instance_number: float
    place: SlicePlace | None


@dataclass
class _Series:
    """Files that belong together, in order; a file that is not DICOM is alone."""

    members: list[_Member] = field(default_factory=list)

    def ordered(self) -> list[_Member]:
        return sorted(self.members, key=lambda member: (member.instance_number, str(member.path)))


def read_folder(folder: Path) -> Iterator[Frames | InputError]:
    """One item for each still, cine and volume under `folder`, by series, then InstanceNumber, then name.

    Series come in the order of their first file's path. Single frames of one series that lie parallel at different
    positions are one volume. Hidden files, DICOMDIR, segmentations and files whose name says that they are no image
    are passed over; links to a folder already searched are not followed. Raises InputError where nothing is there to
    read.
    """
    paths, unreadable = _files(folder)
    yield from unreadable
    if not paths and not unreadable:
        raise InputError(
            "there is nothing to read in the folder",
            where=folder,
            remedy="Give a folder with DICOM, NRRD, NIfTI, MHA, PNG, JPEG, BMP or TIFF files",
        )
    for series in _grouped(paths):
        yield from _items(folder, series.ordered())


def _items(folder: Path, members: list[_Member]) -> Iterator[Frames | InputError]:
    stacks = stackable([member.place for member in members if member.place is not None])
    stack_of = {place.path: stack for stack in stacks for place in stack}
    done: set[Path] = set()
    for member in members:
        if member.path in done:
            continue
        stack = stack_of.get(member.path)
        done.update(place.path for place in stack or ())
        try:
            yield read_file(member.path) if stack is None else read_slices(stack, folder)
        except InputError as error:
            yield error


def _files(folder: Path) -> tuple[list[Path], list[InputError]]:
    """Files worth trying, sorted by path, and folders that could not be listed."""
    found: list[Path] = []
    problems: list[InputError] = []
    seen: set[str] = set()

    def refuse(error: OSError) -> None:
        problems.append(
            InputError(
                f"the folder cannot be read ({(error.strerror or type(error).__name__).lower()})",
                where=error.filename,
                remedy="Check that you may read it",
            )
        )

    for place, folders, names in os.walk(folder, followlinks=True, onerror=refuse):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(Path(place, name) for name in names if _worth_trying(name))
    return sorted(found), problems


def _worth_trying(name: str) -> bool:
    """Whether a folder's member may be an image; a segmentation is none, it lies beside the image it belongs to."""
    if name.startswith((".", "~$")) or name.lower() in _NO_IMAGES:
        return False
    return extension(Path(name)) not in NOT_IMAGES | {".seg.nrrd"}


def _grouped(paths: list[Path]) -> list[_Series]:
    series: dict[str, _Series] = defaultdict(_Series)
    for path in paths:
        key, member = str(path), _Member(path, float("inf"), None)
        if extension(path) not in PICTURES | VOLUMES:
            key, member = _sorted_by(path) or (key, member)
        series[key].members.append(member)
    return list(series.values())


def _sorted_by(path: Path) -> tuple[str, _Member] | None:
    """The file's series and its place in it, or None where it is not DICOM: reading it says why, in its turn."""
    try:
        dataset = read_header(path, _HEADER).dataset
        with readable_header(path):
            order = number(dataset.get("InstanceNumber"))
            member = _Member(path, float("inf") if order is None else order, slice_place(path, dataset))
            return str(dataset.get("SeriesInstanceUID") or path), member
    except (InputError, OSError):
        return None
