"""What the header of a volume file says, read before ITK sees the file: ITK trusts its headers, and must not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import InputError
from ..header_numbers import number
from ..limits import MAX_SIDE, MAX_VOXELS, check_unpacked

MOST_DIMENSIONS = 5
"""Columns, rows, slices, times and values of a pixel."""


@dataclass(frozen=True)
class VolumeHeader:
    """One header. `sizes` are the axes' in the file's order, the fastest first; `sample_bytes` the bytes of a value.

    `values` are all that it says, by name; of the text formats with their names in small letters, key/value pairs of
    NRRD as they are. `data_files` name other files that hold the pixels, and are empty where the header's own does.
    `data_offset` is where the pixels begin in the header's own file, None where it is not known here.
    """

    image_io: str
    sizes: tuple[int, ...]
    sample_bytes: int
    values: Mapping[str, str] = field(default_factory=dict)
    data_files: Sequence[str] = ()
    data_offset: int | None = None

    def text(self, name: str) -> str:
        """A value without blanks around it, empty where it is not there."""
        return self.values.get(name, "").strip()


def damaged(path: Path) -> InputError:
    """The error for a header that says what cannot be."""
    return InputError(
        "the volume is damaged, cut short or of an unknown kind",
        where=path,
        remedy="Export it again as NRRD, NIfTI or MHA",
    )


def whole_numbers(text: str, path: Path) -> tuple[int, ...]:
    """The whole numbers of a header's field. Raises InputError where one is not a number, or is absurdly long."""
    found = []
    for word in text.split():
        value = number(word) if len(word) <= 20 else None
        if value is None or value != int(value):
            raise damaged(path)
        found.append(int(value))
    return tuple(found)


def check_sizes(header: VolumeHeader, path: Path, streamed: bool) -> None:
    """Raises InputError for more axes than there can be, impossible sizes, and what takes too much memory."""
    sizes = header.sizes
    if not 1 <= len(sizes) <= MOST_DIMENSIONS or min(sizes, default=0) < 1:
        raise damaged(path)
    voxels = math.prod(sizes)
    if voxels > MAX_VOXELS or max(sizes) > MAX_VOXELS // MAX_SIDE:
        raise InputError(
            f"{' x '.join(map(str, sizes))} voxels cannot be read",
            where=path,
            remedy=f"Give a volume of at most {MAX_VOXELS // 10**9} thousand million voxels",
        )
    if not streamed:
        check_unpacked(voxels * header.sample_bytes, path)
