"""Sizes beyond which an input is refused before any memory is asked for."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError

MAX_SIDE = 16384
MAX_PIXELS = 100_000_000
MAX_VOXELS = 4_000_000_000


def check_size(rows: int, columns: int, where: Path) -> None:
    """Raises InputError for a frame without pixels, or one far larger than any ultrasound image."""
    if 0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE and rows * columns <= MAX_PIXELS:
        return
    raise InputError(
        f"an image of {columns} x {rows} pixels cannot be read",
        where=where,
        remedy=f"Give an image between 1 and {MAX_SIDE} pixels a side and of at most {MAX_PIXELS // 10**6} megapixels",
    )
