"""The files of a folder that may be images, one at a time, and which of them belong together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pydicom.tag import Tag

from ..errors import InputError
from .dicom.dicom_file import read_header, readable_header
from .names import NOT_IMAGES, PICTURES, VOLUMES, extension

_NO_IMAGES = frozenset(
    {"thumbs.db", "desktop.ini", "dicomdir", "license", "copying", "notice", "readme", "makefile", "sha256sums"}
)
_STUDY_AND_SERIES = [Tag(name) for name in ("SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID", "Rows")]


def files_in(folder: Path) -> Iterator[Path | InputError]:
    """Every file below `folder` that is worth trying, folder by folder; an InputError for what cannot be looked at.

    Hidden files, DICOMDIR, segmentations and files whose name says they are not an image are passed over. Links to a
    folder already searched are not followed, and one that leads out of `folder` is an error.
    """
    refused: list[InputError] = []
    seen: set[str] = set()

    def refuse(error: OSError) -> None:
        refused.append(
            InputError(
                f"the folder cannot be read ({(error.strerror or type(error).__name__).lower()})",
                where=error.filename,
                remedy="Check that you may read it",
            )
        )

    root = os.path.realpath(folder)
    for place, folders, names in os.walk(folder, followlinks=True, onerror=refuse):
        yield from refused
        refused.clear()
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        leaving = {name for name in (*folders, *names) if _leads_out(os.path.join(place, name), root)}
        folders[:] = [name for name in folders if name not in leaving]
        yield from (_link_out(Path(place, name)) for name in sorted(leaving) if _worth_trying(name))
        yield from (Path(place, name) for name in sorted(names) if _worth_trying(name) and name not in leaving)
    yield from refused


def may_be_dicom(path: Path) -> bool:
    """Whether a file's name leaves open that it is DICOM."""
    return extension(path) not in PICTURES | VOLUMES


def study_and_series(path: Path) -> tuple[str, str] | None:
    """Study and Series Instance UID of a DICOM file; None where it is none, or does not name its series."""
    if not may_be_dicom(path):
        return None
    try:
        dataset = read_header(path, _STUDY_AND_SERIES).dataset
        with readable_header(path):
            series = str(dataset.get("SeriesInstanceUID") or "").strip()
            return (str(dataset.get("StudyInstanceUID") or "").strip(), series) if series else None
    except (InputError, OSError):
        return None


def _leads_out(path: str, root: str) -> bool:
    """Whether a link of the folder ends outside of it: whoever filled the folder may not choose what else is read."""
    if not os.path.islink(path):
        return False
    target = os.path.realpath(path)
    return target != root and not target.startswith(root.rstrip(os.sep) + os.sep)


def _link_out(path: Path) -> InputError:
    return InputError(
        "this is a link that leads out of the folder, and is not followed",
        where=path,
        remedy="Give what it points to as an input of its own",
    )


def _worth_trying(name: str) -> bool:
    """Whether a folder's member may be an image; a segmentation may not: it lies beside the image it belongs to."""
    if name.startswith((".", "~$")) or name.lower() in _NO_IMAGES:
        return False
    return extension(Path(name)) not in NOT_IMAGES | {".seg.nrrd"}
