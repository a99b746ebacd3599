"""Palette color lookup tables (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6 and C.7.9.2) as 8-bit RGB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

_COLORS = ("Red", "Green", "Blue")


@dataclass(frozen=True)
class Palette:
    """`table` is ``[N, 3]`` uint8; stored value `first` maps to its first row, lower ones too, higher to the last."""

    table: NDArray[np.uint8]
    first: int

    def apply(self, stored: NDArray) -> NDArray[np.uint8]:
        """RGB ``[H, W, 3]`` of stored values ``[H, W]``."""
        index = np.clip(stored.astype(np.int32) - self.first, 0, len(self.table) - 1)
        return self.table[index]


def read_palette(dataset: Dataset, little_endian: bool) -> Palette:
    """The palette of a ``PALETTE COLOR`` image, plain or segmented.

    Raises ValueError where it is missing or inconsistent.
    """
    columns, firsts = [], []
    for color in _COLORS:
        descriptor = dataset.get(f"{color}PaletteColorLookupTableDescriptor")
        if descriptor is None or len(descriptor) != 3:
            raise ValueError(f"the {color.lower()} palette has no descriptor")
        count, first, bits = int(descriptor[0]) or 65536, int(descriptor[1]), int(descriptor[2])
        columns.append(_entries(dataset, color, count, bits, little_endian))
        firsts.append(first)
    length = min(len(column) for column in columns)
    if length == 0:
        raise ValueError("the palette is empty")
    table = np.stack([column[:length] for column in columns], axis=1)
    eight_bits = table >> 8 if int(table.max()) > 255 else table
    return Palette(eight_bits.astype(np.uint8), firsts[0])


def _entries(dataset: Dataset, color: str, count: int, bits: int, little_endian: bool) -> NDArray[np.uint16]:
    plain = dataset.get(f"{color}PaletteColorLookupTableData")
    if plain:
        # Some writers store 8-bit entries one a 16-bit word, others 16-bit ones under an 8-bit descriptor.
        words = len(plain) >= 2 * count
        return _numbers(plain, words, little_endian)[:count]
    segmented = dataset.get(f"Segmented{color}PaletteColorLookupTableData")
    if not segmented:
        raise ValueError(f"the {color.lower()} palette has no entries")
    return expand_segments(_numbers(segmented, bits > 8, little_endian).tolist(), wide=bits > 8)[:count]


def _numbers(data: bytes, words: bool, little_endian: bool) -> NDArray[np.uint16]:
    if not words:
        return np.frombuffer(data, np.uint8).astype(np.uint16)
    kind = np.dtype(np.uint16).newbyteorder("<" if little_endian else ">")
    return np.frombuffer(data[: len(data) // 2 * 2], kind).astype(np.uint16)


def expand_segments(codes: Sequence[int], *, wide: bool) -> NDArray[np.uint16]:
    """Entries of a segmented palette: 0 discrete, 1 linear, 2 a repetition of earlier segments.

    `wide` tells 16-bit codes, whose indirect offsets are two words, from 8-bit ones with four bytes.
    Raises ValueError where a segment refers outside the table.
    """
    entries: list[int] = []
    _expand(codes, 0, None, wide, entries)
    return np.asarray(entries, dtype=np.uint16)


def _expand(codes: Sequence[int], place: int, limit: int | None, wide: bool, entries: list[int]) -> None:
    """Append the entries of at most `limit` segments from `place`; within a repetition no further one may follow."""
    done = 0
    while place + 1 < len(codes) and (limit is None or done < limit):
        opcode, length = codes[place], codes[place + 1]
        place += 2
        done += 1
        if opcode == 0:
            entries.extend(codes[place : place + length])
            place += length
        elif opcode == 1 and entries and place < len(codes):
            begin, rise = entries[-1], codes[place] - entries[-1]
            entries.extend(begin + round(rise * step / length) for step in range(1, length + 1))
            place += 1
        elif opcode == 2 and limit is None:
            parts = codes[place : place + (2 if wide else 4)]
            offset = sum(part << (index * (16 if wide else 8)) for index, part in enumerate(parts))
            start = offset // 2 if wide else offset
            if start >= place - 2:
                raise ValueError("a palette segment refers to one that follows it")
            _expand(codes, start, length, wide, entries)
            place += len(parts)
        else:
            raise ValueError(f"palette segment type {opcode} is not valid here")
        if len(entries) > 65536:
            raise ValueError("the segmented palette has more than 65536 entries")
