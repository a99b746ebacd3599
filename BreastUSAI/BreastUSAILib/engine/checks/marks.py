"""Calipers, text and other thin drawings that are burned into a frame."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..images.frames import Rectangle

_NARROW = 0.005  # of the longer side: how far beside a drawn stroke the tissue is seen again
_STROKE = 35  # gray levels that a drawn stroke is brighter than both of its sides
_LEVEL_STROKE = 25  # the same for level lines, above and below
_FEWEST = 3  # pixels of such strokes next to each other that make a mark
_EDGE = 0.025  # of the longer side: nearer to the image's edge lie the scanner's signs, which every image has
_LINE = 0.12  # of the longer side: the shortest level line that is taken for a drawn frame


def find_marks(image: NDArray[np.uint8], drawn: Iterable[Rectangle] = ()) -> NDArray[np.bool_]:
    """Where calipers, frames and other thin drawings lie on the image ``[H, W]``, with their surroundings.

    Ultrasound blurs sideways: a stroke that is much brighter than what lies close by on its left and right is drawn. So
    is a level line that is long, thin and straight, or close to such a stroke. Not looked for in rectangles that are
    `drawn` anyway, nor at the image's edges.
    """
    side = max(image.shape)
    reach = max(2, round(_NARROW * side))
    gray = image.astype(np.float32)
    for one in drawn:
        gray[max(one.y - reach, 0) : one.y + one.height, max(one.x - reach, 0) : one.x + one.width] = 0
    strokes = _ridge(gray, reach) > _STROKE
    groups, count = ndimage.label(_widened(strokes, 2 * reach + 1, 2 * reach + 1))
    sizes = np.bincount(groups[strokes], minlength=count + 1)
    marks = strokes & (sizes >= _FEWEST)[groups]
    level = _ridge(np.ascontiguousarray(gray.T), reach).T
    lines = _long_runs(level > _LEVEL_STROKE, round(_LINE * side) | 1)
    marks |= (level > _STROKE) & _widened(marks, 8 * reach + 1, 8 * reach + 1)  # the level arm of a cross
    edge = round(_EDGE * side)
    inside = np.zeros(image.shape, dtype=bool)
    inside[edge : image.shape[0] - edge, edge : image.shape[1] - edge] = True
    return _widened(marks & inside, 4 * reach + 1, 4 * reach + 1) | _widened(lines & inside, 2 * reach + 1, 3)


def _long_runs(mask: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Of each row the runs of at least that length, an odd number, across gaps of two pixels at most."""
    rows = mask.astype(np.uint8)
    for size, filtered in (
        (3, ndimage.maximum_filter1d),
        (3, ndimage.minimum_filter1d),
        (length, ndimage.minimum_filter1d),
        (length, ndimage.maximum_filter1d),
    ):
        rows = filtered(rows, size, axis=1, mode="constant")
    return rows.astype(bool)


def widened(mask: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """A mask ``[H, W]`` and all that is closer to it, down or across, than that share of the longer side."""
    size = 2 * round(share * max(mask.shape)) + 1
    return _widened(mask, size, size)


def _widened(mask: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.bool_]:
    """A mask dilated by a rectangle of an odd number of rows and columns."""
    if not mask.any():
        return mask
    return ndimage.maximum_filter(mask.view(np.uint8), (rows, columns), mode="constant").astype(bool)


def _ridge(gray: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """By how much each pixel is brighter than the brightest of those `reach` and `reach` + 1 columns beside it."""
    padded = np.pad(gray, ((0, 0), (reach + 1, reach + 1)), mode="edge")

    def beside(offset: int) -> NDArray[np.float32]:
        start = reach + 1 + offset
        return padded[:, start : start + gray.shape[1]]

    left, right = (np.maximum(beside(sign * reach), beside(sign * (reach + 1))) for sign in (-1, 1))
    return gray - np.maximum(left, right)
