"""How far apart pixels and slices of ultrasound can be at all. Needs nothing else."""

from __future__ import annotations

SMALLEST_SPACING_MM = 0.001
LARGEST_SPACING_MM = 10.0
"""Outside these a pixel would be smaller than any ultrasound wavelength, or a 500-pixel image deeper than a body."""


def plausible_length(millimetres: float | None) -> float | None:
    """A distance between pixels or slices in mm, or None where it is missing or cannot be one of ultrasound."""
    plausible = millimetres is not None and SMALLEST_SPACING_MM <= millimetres <= LARGEST_SPACING_MM
    return millimetres if plausible else None


def plausible_spacing(row_mm: float | None, column_mm: float | None) -> tuple[float, float] | None:
    """(row, column) in mm, or None where either is missing or cannot be an ultrasound pixel."""
    row, column = plausible_length(row_mm), plausible_length(column_mm)
    return None if row is None or column is None else (row, column)
