"""Unpacking a zip that nobody vouches for, and the names that nothing in it may have."""

from __future__ import annotations

import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ..bundle_limits import MOST_BYTES, MOST_ENTRIES, MOST_FILES
from ..errors import ModelError

# Names that mean a device on Windows, with any ending: a folder of such a name cannot be opened there.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])\s*(\..*)?", re.IGNORECASE)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENTRY = b"PK\x01\x02"
_BLOCK = 1 << 20
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError),
    *(FileExistsError, NotADirectoryError, IsADirectoryError),  # two entries of one name, or one inside another
)


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip of plain files into an empty folder.

    Raises ModelError, before anything is written, for entries that would lie outside the folder, links, too many
    files and too many bytes; and for what is not a zip file or is damaged. `zipfile` gives no entry more bytes than
    stated.
    """
    try:
        if archive.stat().st_size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES / 1e9:.0f} GB")
        with archive.open("rb") as file:
            check_entry_count(iter(lambda: file.read(_BLOCK), b""))
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check(entries, archive)
            for entry in entries:
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as packed, target.open("xb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
    except _UNREADABLE as error:
        raise ModelError(
            f"the zip cannot be read ({error})", where=archive, remedy="Download or make it again"
        ) from error


def check_entry_count(blocks: Iterable[bytes]) -> None:
    """Raise ValueError for a zip whose list of entries alone would fill the memory, before `zipfile` reads it."""
    count, before = 0, b""
    for block in blocks:
        count += (before + block).count(_ENTRY)
        before = block[1 - len(_ENTRY) :]
    if count > MOST_ENTRIES:
        raise ValueError(f"it lists more than {MOST_ENTRIES} entries")


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
        elif entry.compress_type not in _METHODS:
            problem = f"the zip's entry {entry.filename!r} is compressed in another way than by deflate"
        elif any(is_reserved(part) for part in path.parts) or not entry.filename.isprintable():
            problem = f"the zip's entry {entry.filename!r} has a name that some systems do not allow"
        else:
            continue
        raise ModelError(problem, where=archive, remedy="Do not use this zip: no model bundle needs that")


def is_reserved(name: str) -> bool:
    """Whether a file or folder must not be called that."""
    return _DEVICES.fullmatch(name) is not None
