"""Numbers out of DICOM values, which may be missing, empty, multiple or not numbers at all."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any


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
