"""A pixel size in words."""

from __future__ import annotations

from collections.abc import Sequence

from slicer.i18n import tr as _


def spacingWords(spacingMm: Sequence[float]) -> str:
    """A pixel size (row, column) in mm: one number for square pixels."""
    row, column = spacingMm
    if abs(row - column) <= 0.005 * row:
        return _("{size:.3g} mm/pixel").format(size=column)
    return _("{column:.3g} × {row:.3g} mm/pixel").format(column=column, row=row)
