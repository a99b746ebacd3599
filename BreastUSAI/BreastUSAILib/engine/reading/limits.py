"""Sizes beyond which an input is refused before any memory is asked for."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError

MAX_SIDE = 16384
MAX_PIXELS = 100_000_000
MAX_VOXELS = 4_000_000_000
MOST_UNPACKED_BYTES = 2_000_000_000
"""What an input that cannot be read frame by frame may take in memory."""
MOST_INFLATED_BYTES = 500_000_000
"""The same for deflated DICOM, whose size is known only while it is unpacked."""


def check_size(rows: int, columns: int, where: Path) -> None:
    """Raises InputError for a frame without pixels, or one far larger than any ultrasound image."""
    if 0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE and rows * columns <= MAX_PIXELS:
        return
    raise too_large(where, f"an image of {columns} x {rows} pixels")


def too_large(where: Path, what: str = "an image of so many pixels") -> InputError:
    """The error for an image beyond the bounds."""
    return InputError(
        f"{what} cannot be read",
        where=where,
        remedy=f"Give an image between 1 and {MAX_SIDE} pixels a side and of at most {MAX_PIXELS // 10**6} megapixels",
    )


def check_unpacked(size: int, where: Path) -> None:
    """Raises InputError for an input that takes more bytes in memory than one may."""
    if size > MOST_UNPACKED_BYTES:
        raise too_much(where, MOST_UNPACKED_BYTES)


def too_much(where: Path, most: int) -> InputError:
    """The error for an input that takes more than `most` bytes when it is unpacked."""
    return InputError(
        f"the file takes more than {most / 10**9:g} GB of memory when it is unpacked",
        where=where,
        remedy="Export it in parts, or as an uncompressed MHA or DICOM file, which is read frame by frame",
    )
