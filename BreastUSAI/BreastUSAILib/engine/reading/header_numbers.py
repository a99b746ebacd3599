"""Numbers out of DICOM values, which may be missing, empty, multiple or not numbers at all."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

SMALLEST_SPACING_MM = 0.001
LARGEST_SPACING_MM = 10.0
"""Outside these a pixel would be smaller than any ultrasound wavelength, or a 500-pixel image deeper than a body."""


def number(value: Any) -> float | None:
    """A finite float, or None."""
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def first_number(value: Any) -> float | None:
    """The first of one or several values as a finite float, or None."""
    found = numbers(value)
    return found[0] if found else None


def numbers(value: Any) -> list[float | None]:
    """One or several values, each a finite float or None; empty where there is no value."""
    if value is None or value == "":
        return []
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return [number(value)]
    return [number(item) for item in value]


def plausible_length(millimetres: float | None) -> float | None:
    """A distance between pixels or slices in mm, or None where it is missing or cannot be one of ultrasound."""
    plausible = millimetres is not None and SMALLEST_SPACING_MM <= millimetres <= LARGEST_SPACING_MM
    return millimetres if plausible else None


def plausible_spacing(row_mm: float | None, column_mm: float | None) -> tuple[float, float] | None:
    """(row, column) in mm, or None where either is missing or cannot be an ultrasound pixel."""
    row, column = plausible_length(row_mm), plausible_length(column_mm)
    return None if row is None or column is None else (row, column)
