"""Everything readable in a folder, in a stable order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydicom.tag import Tag

from ..errors import InputError
from ..images.frames import Frames
from .dicom.copies import copies_left_out, without_copies
from .dicom.dicom_file import read_header, readable_header
from .dicom.slice_series import SlicePlace, read_slices, slice_place, stackable
from .file import guarded, read_file
from .header_numbers import number
from .listing import files_in, may_be_dicom

_HEADER = [
    Tag(keyword)
    for keyword in (
        *("SOPClassUID", "SOPInstanceUID", "Modality", "SeriesInstanceUID", "InstanceNumber", "NumberOfFrames"),
        *("Rows", "Columns", "ImagePositionPatient", "ImageOrientationPatient"),
    )
]


@dataclass(frozen=True)
class _Member:
    """One file of the folder; `place` is where its single frame lies in the patient, if the header says.

    `uid` is the image's own identifier, and None where the file is not DICOM or does not say.
    """

    path: Path
    instance_number: float
    place: SlicePlace | None
    uid: str | None = None


@dataclass
class _Series:
    """Files that belong together, in order; a file that is not DICOM is alone."""

    members: list[_Member] = field(default_factory=list)

    def ordered(self) -> list[_Member]:
        return sorted(self.members, key=lambda member: (member.instance_number, str(member.path)))


def read_folder(
    folder: Path,
    any_modality: bool = False,
    *,
    only: tuple[str, ...] | None = None,
    skipped: frozenset[str] = frozenset(),
    beginning: Callable[[Path], None] | None = None,
) -> Iterator[Frames | InputError]:
    """One item for each still, cine and volume under `folder`, by series, then InstanceNumber, then name.

    Series come in the order of their first file's path. Single frames of one series that lie parallel at different
    positions are one volume. A copy of another file of its series is left out, which a remark says. Hidden files,
    DICOMDIR, segmentations and files whose name says they are not an image are passed over; links to a folder already
    searched are not followed, and one that leads out of the folder is an error. Where `only` names files, these alone
    are looked at, whatever they are called. `skipped` paths are left out, and `beginning` is told the file, or first
    file, of every item before it is read. Raises InputError where nothing is there to read.
    """
    paths, problems = _files(folder) if only is None else (sorted(map(Path, only)), [])
    yield from problems
    if not paths and not problems:
        raise InputError(
            "there is nothing to read in the folder",
            where=folder,
            remedy="Give a folder with DICOM, NRRD, NIfTI, MHA, PNG, JPEG, BMP or TIFF files",
        )
    for series in _grouped([path for path in paths if str(path) not in skipped]):
        yield from _items(folder, series.ordered(), any_modality, beginning)


def _items(
    folder: Path, members: list[_Member], any_modality: bool, beginning: Callable[[Path], None] | None
) -> Iterator[Frames | InputError]:
    members, copies = without_copies(members)
    stacks = stackable([member.place for member in members if member.place is not None])
    stack_of = {place.path: stack for stack in stacks for place in stack}
    done: set[Path] = set()
    for member in members:
        if member.path in done:
            continue
        stack = stack_of.get(member.path)
        held = [place.path for place in stack] if stack else [member.path]
        done.update(held)
        if beginning is not None:
            beginning(member.path)
        try:
            yield _read(member, stack, folder, [copies[path] for path in held if path in copies], any_modality)
        except InputError as error:
            yield error


def _read(
    member: _Member, stack: list[SlicePlace] | None, folder: Path, copies: list[list[str]], any_modality: bool
) -> Frames:
    if stack is None:
        frames = read_file(member.path, any_modality)
    else:
        frames = guarded(lambda: read_slices(stack, folder, any_modality), member.path.parent)
    names = sorted(name for found in copies for name in found)
    return replace(frames, remarks=(*frames.remarks, copies_left_out(names))) if names else frames


def _files(folder: Path) -> tuple[list[Path], list[InputError]]:
    """Files worth trying, sorted by path, and what could not be looked at."""
    found: list[Path] = []
    problems: list[InputError] = []
    for item in files_in(folder):
        if isinstance(item, InputError):
            problems.append(item)
        else:
            found.append(item)
    return sorted(found), problems


def _grouped(paths: list[Path]) -> list[_Series]:
    series: dict[str, _Series] = defaultdict(_Series)
    for path in paths:
        key, member = str(path), _Member(path, float("inf"), None)
        if may_be_dicom(path):
            key, member = _sorted_by(path) or (key, member)
        series[key].members.append(member)
    return list(series.values())


def _sorted_by(path: Path) -> tuple[str, _Member] | None:
    """The file's series and its place in it, or None where it is not DICOM: reading it says why, in its turn."""
    try:
        dataset = read_header(path, _HEADER).dataset
        with readable_header(path):
            order = number(dataset.get("InstanceNumber"))
            uid = str(dataset.get("SOPInstanceUID") or "").strip() or None
            member = _Member(path, float("inf") if order is None else order, slice_place(path, dataset), uid)
            return str(dataset.get("SeriesInstanceUID") or path), member
    except (InputError, OSError):
        return None
