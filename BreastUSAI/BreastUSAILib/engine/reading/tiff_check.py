"""The directories of a TIFF file, walked before a reader does: a chain that returns to itself would never end."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

from ..errors import InputError

_MOST_PAGES = 10_000
_SHORT = 3  # the field type of numbers of 16 bits


def is_tiff(begin: bytes) -> bool:
    """Whether a file's first four bytes are those of TIFF or BigTIFF."""
    return begin[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")


def check_tiff(path: Path) -> None:
    """Raises InputError where the chain of directories returns to itself, leaves the file, or is absurdly long."""
    with path.open("rb") as file:
        begin = file.read(16)
        if not is_tiff(begin) or len(begin) < 8:
            return
        order = "<" if begin[:2] == b"II" else ">"
        big = begin[2:4] in (b"+\x00", b"\x00+")
        size = os.fstat(file.fileno()).st_size
        (place,) = struct.unpack(f"{order}Q", begin[8:16]) if big else struct.unpack(f"{order}L", begin[4:8])
        seen: set[int] = set()
        while place:
            if place in seen or len(seen) >= _MOST_PAGES or place >= size:
                raise _damaged(path)
            seen.add(place)
            try:
                place = _next(file, place, order, big)
            except struct.error:
                raise _damaged(path) from None


def first_page_value(path: Path, tag: int) -> int | None:
    """The number under `tag` in the first directory of a TIFF file that was checked, or None where it has none."""
    with path.open("rb") as file:
        begin = file.read(8)
        order = "<" if begin[:2] == b"II" else ">"
        if begin[2:4] not in (b"*\x00", b"\x00*"):
            return None
        file.seek(struct.unpack(f"{order}L", begin[4:8])[0])
        (count,) = struct.unpack(f"{order}H", file.read(2))
        entries = file.read(12 * count)
    for place in range(0, len(entries) - 11, 12):
        found, kind, _ = struct.unpack_from(f"{order}HHL", entries, place)
        if found == tag:
            return int(struct.unpack_from(f"{order}{'H' if kind == _SHORT else 'L'}", entries, place + 8)[0])
    return None


def _next(file: BinaryIO, place: int, order: str, big: bool) -> int:
    file.seek(place)
    counted, entry, pointer = (8, 20, "Q") if big else (2, 12, "L")
    (count,) = struct.unpack(f"{order}{'Q' if big else 'H'}", file.read(counted))
    if count > 1 << 16:
        raise struct.error("no directory has so many entries")
    file.seek(place + counted + count * entry)
    (following,) = struct.unpack(f"{order}{pointer}", file.read(8 if big else 4))
    return int(following)


def _damaged(path: Path) -> InputError:
    return InputError(
        "the list of the TIFF file's pages is damaged", where=path, remedy="Save it again as PNG, JPEG, BMP or TIFF"
    )
