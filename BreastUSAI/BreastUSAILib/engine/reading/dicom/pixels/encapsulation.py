"""Where the frames of encapsulated pixel data are (PS3.5 A.4), found without reading their content."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from ....errors import InputError
from ..dicom_file import PixelElement
from .codestream import JPEG_2000_START, JPEG_START

_ITEM = 0xFFFEE000
_LONGEST_TABLE = 1 << 24  # bytes: four million frames
_RLE_HEADER = 64
_RLE_MOST_SEGMENTS = 15


@dataclass(frozen=True)
class _Fragment:
    start: int  # of the item's value
    length: int
    opens_image: bool  # begins as a JPEG, JPEG 2000 or RLE image does


@dataclass(frozen=True)
class _Found:
    """The basic offset table, the whole fragments that hold anything, where the first began, and whether the sequence
    delimiter was reached.
    """

    table: list[int]
    fragments: list[_Fragment]
    origin: int
    complete: bool


def encapsulated_frames(
    pixels: PixelElement, count: int | None, extended_offsets: bytes | None, where: Path
) -> list[list[tuple[int, int]]]:
    """(offset, length) of the fragments of every frame.

    The order of trust: the extended offset table, one fragment a frame, the basic offset table, start markers. A table
    that does not rise from 0, or that points beside the fragments, is none. Where `count` is None the file does not
    say how many frames there are, and what is found is all of them. Raises InputError where fewer than `count`
    complete frames are there.
    """
    found = _scanned(pixels)
    if count is None:
        count = _frames_found(found, extended_offsets)
    starts = _frame_starts(found, count, extended_offsets)
    if starts is None:
        raise InputError(_what_is_missing(found, count), where=where, remedy="Copy or export the file again")
    bounds = [*starts, len(found.fragments)][: count + 1]
    return [
        [(fragment.start, fragment.length) for fragment in found.fragments[first:last]]
        for first, last in pairwise(bounds)
    ]


def fragments_in_order(pixels: PixelElement) -> list[tuple[int, int]]:
    """(offset, length) of all fragments, whatever frames they belong to."""
    return [(fragment.start, fragment.length) for fragment in _scanned(pixels).fragments]


def _scanned(pixels: PixelElement) -> _Found:
    with pixels.open() as file:
        file.seek(pixels.offset)
        end = pixels.size if pixels.length is None else min(pixels.size, pixels.offset + pixels.length)
        return _scan(file, end)


def _what_is_missing(found: _Found, count: int) -> str:
    held = sum(fragment.opens_image for fragment in found.fragments) or len(found.fragments)
    if held >= count:
        return f"the pixel data are damaged: nothing tells which of {held} parts belong to which of {count} frames"
    return f"the pixel data are cut short or damaged: about {held} of {count} frames are there"


def _scan(file: BinaryIO, end: int) -> _Found:
    table: list[int] | None = None
    fragments: list[_Fragment] = []
    origin, complete = 0, False
    while len(head := file.read(8)) == 8:
        group, element, length = struct.unpack("<HHL", head)
        if group << 16 | element != _ITEM:
            complete = True
            break
        start = file.tell()
        if start + length > end:
            break
        if table is None:
            content = file.read(min(length - length % 4, _LONGEST_TABLE))
            table = [value for (value,) in struct.iter_unpack("<L", content)]
        else:
            origin = origin or start
            if length:  # an empty fragment holds nothing of any frame
                fragments.append(_Fragment(start, length, _opens_image(file.read(min(length, 8)))))
        file.seek(start + length, os.SEEK_SET)
    return _Found(table or [], fragments, origin, complete)


def _opens_image(begin: bytes) -> bool:
    if begin.startswith((JPEG_START, JPEG_2000_START)):
        return True
    segments, first = struct.unpack("<LL", begin) if len(begin) == 8 else (0, 0)
    return 1 <= segments <= _RLE_MOST_SEGMENTS and first == _RLE_HEADER


def _table(found: _Found, extended_offsets: bytes | None) -> list[int] | None:
    """The index of the fragment that every frame begins with, or None where there is no table that can be right."""
    table = found.table
    if extended_offsets:
        table = [value for (value,) in struct.iter_unpack("<Q", extended_offsets[: len(extended_offsets) // 8 * 8])]
    if not table or table[0] != 0 or any(after <= before for before, after in pairwise(table)):
        return None
    places = {fragment.start - found.origin: index for index, fragment in enumerate(found.fragments)}
    return [places[offset] for offset in table] if all(offset in places for offset in table) else None


def _frames_found(found: _Found, extended_offsets: bytes | None) -> int:
    table = _table(found, extended_offsets)
    if table is not None and len(table) > 1:
        return len(table)
    return sum(fragment.opens_image for fragment in found.fragments) or 1


def _frame_starts(found: _Found, count: int, extended_offsets: bytes | None) -> list[int] | None:
    """Index of the first fragment of every frame, or None where there are too few."""
    if not found.fragments:
        return None
    if count == 1:
        return [0]
    if len(found.fragments) == count:
        return list(range(count))
    table = _table(found, extended_offsets)
    if table is not None and len(table) >= count:
        return table
    opening = [index for index, fragment in enumerate(found.fragments) if fragment.opens_image]
    return opening if len(opening) >= count else None
