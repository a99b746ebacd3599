"""Pixels in another file than the header: which files a header may name."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

from ...errors import InputError
from ..dicom.dicom_file import plain_text


def check_data_file(header: Path, name: str) -> Path:
    """The file that a header names for its pixels.

    Only a plain relative name counts, of a file in or below the header's own folder: whoever sends a header must not
    choose which files of this computer are read. Raises InputError.
    """
    plain = PurePosixPath(name.replace("\\", "/"))
    if not name or plain.is_absolute() or PureWindowsPath(name).drive or ".." in plain.parts or "\0" in name:
        raise _refused(header, name, "lies outside the header's own folder")
    path = header.parent.joinpath(*plain.parts)
    folder, real = os.path.realpath(header.parent), os.path.realpath(path)
    if not real.startswith(folder.rstrip(os.sep) + os.sep):
        raise _refused(header, name, "is a link that leads out of the header's own folder")
    try:
        kind = os.stat(path).st_mode
    except OSError:
        raise _refused(header, name, "is not there") from None
    if not stat.S_ISREG(kind):
        raise _refused(header, name, "is not a file")
    return path


def _refused(header: Path, name: str, why: str) -> InputError:
    return InputError(
        f"the file that holds the pixels, '{plain_text(name, 80)}', {why}",
        where=header,
        remedy="Put both into one folder, or save the image as a single file",
    )
