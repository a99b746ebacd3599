"""Unpacking a zip that nobody vouches for."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from .errors import ModelError

MOST_FILES = 1000
MOST_BYTES = 2_000_000_000
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip of plain files into an empty folder.

    Raises ModelError, before anything is written, for entries that would lie outside the folder, links, too many
    files and too many bytes; and for what is no zip or is damaged. `zipfile` gives no entry more bytes than stated.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check(entries, archive)
            for entry in entries:
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as packed, target.open("wb") as file:
                    shutil.copyfileobj(packed, file)
    except _UNREADABLE as error:
        raise ModelError(
            f"the zip cannot be read ({error})", where=archive, remedy="Download or make it again"
        ) from error


def _check(entries: list[zipfile.ZipInfo], archive: Path) -> None:
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise ModelError(
            f"the zip unpacks to more than {MOST_FILES} files or {MOST_BYTES / 1e9:.0f} GB",
            where=archive,
            remedy="Give the zip of one model bundle",
        )
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or set(entry.filename) & set("\\:"):
            problem = f"the zip's entry {entry.filename!r} would lie outside its folder"
        elif stat.S_ISLNK(entry.external_attr >> 16):
            problem = f"the zip's entry {entry.filename!r} is a link"
        else:
            continue
        raise ModelError(problem, where=archive, remedy="Do not use this zip: no model bundle needs that")
