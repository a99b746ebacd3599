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


def plausible_spacing(row_mm: float | None, column_mm: float | None) -> tuple[float, float] | None:
    """(row, column) in mm, or None where either is missing or cannot be an ultrasound pixel."""
    if row_mm is None or column_mm is None:
        return None
    if not all(SMALLEST_SPACING_MM <= value <= LARGEST_SPACING_MM for value in (row_mm, column_mm)):
        return None
    return row_mm, column_mm
