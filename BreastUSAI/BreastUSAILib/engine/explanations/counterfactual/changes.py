"""A frame without its calipers, without its lesion, and at another gain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...checks.marks import find_marks, widened
from ...checks.sector import scan_area
from .fill import filled_like_tissue, harmonic_fill

GAIN_DB = 3.0
DYNAMIC_RANGE_DB = 60.0
"""What the gray levels are taken to stand for, from black to white: no file says it, and scanners vary about it."""
MARGIN = 0.03
"""Of the longer side: what is painted out around a lesion too, since its margin tells of it."""

_BLACK = 8  # of 255: what is not brighter has no echo that gain could lift
_DRAWN = 30  # of 255: brighter beside the scan is text


def without_marks(gray: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The region ``[h, w]`` of a scan without calipers, text and other thin drawings, and which pixels were changed.

    Inside the scan they are made of their surroundings, beside it they become black.
    """
    scan = scan_area(gray)
    marks = find_marks(gray) & scan
    text = ~scan & (gray > _DRAWN)
    changed = harmonic_fill(gray.astype(np.float64), marks) if not marks.all() else gray.astype(np.float64)
    changed[text] = 0
    return _eight_bit(changed), marks | text


def without_lesion(
    gray: NDArray[np.uint8], lesion: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]] | None:
    """The region ``[h, w]`` with the lesion and its margin made of their surroundings, and which pixels were changed.

    None where nothing around them is left. Its shadow or enhancement stays where it is.
    """
    hole = widened(lesion, MARGIN)
    if hole.all() or not hole.any():
        return None
    tissue, _ = without_marks(gray)
    return _eight_bit(filled_like_tissue(gray.astype(np.float64), hole, tissue.astype(np.float64))), hole


def with_gain(gray: NDArray[np.uint8], decibels: float) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The region ``[h, w]`` as the scanner would show it with its gain turned by so much, and which pixels changed.

    Gray levels are logarithms of the echo: gain adds the same to all of them, over a range of `DYNAMIC_RANGE_DB`. What
    is black stays black, and what leaves the range is clipped.
    """
    shift = 255 * decibels / DYNAMIC_RANGE_DB
    changed = _eight_bit(np.where(gray > _BLACK, gray + shift, gray))
    return changed, changed != gray


def _eight_bit(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
