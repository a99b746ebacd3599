"""One file to frames, by what is in it first and what it is called second."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from ..frames import Frames
from .dicom import read_dicom
from .dicom_file import has_dicom_preamble, one_line
from .names import PICTURES, VOLUMES, extension
from .picture import is_picture, read_picture
from .volume_file import read_volume_file


def read_file(path: Path) -> Frames:
    """One still, cine or volume. Raises InputError."""
    try:
        return _read(path)
    except FileNotFoundError as error:
        raise InputError("there is no such file or folder", where=path, remedy="Check the path") from error
    except OSError as error:
        reason = error.strerror or one_line(error)
        raise InputError(
            f"the file cannot be read ({reason.lower()})",
            where=path,
            remedy="Check that you may read it and that the disk or network drive is there",
        ) from error


def _read(path: Path) -> Frames:
    if path.stat().st_size == 0:
        raise InputError("the file is empty", where=path, remedy="Copy or export it again")
    if has_dicom_preamble(path):
        return read_dicom(path)
    kind = extension(path)
    if kind in VOLUMES:
        return read_volume_file(path)
    if kind in PICTURES or is_picture(path):
        return read_picture(path)
    return read_dicom(path)
