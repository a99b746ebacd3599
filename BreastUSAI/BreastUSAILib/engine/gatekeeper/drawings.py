"""What a scanner draws over the tissue: calipers, and the upright edges of a color box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

CROSS_FROM = 4.0
"""A sharper cross is drawn: of 78 images of BUS-UCLM without any drawing none reached it, of those with calipers two
thirds did."""

BOX_FROM = 0.2
"""A longer straight upright line is the edge of a color box: a scanner's pictogram reaches .14, arrows hardly more."""

_APART = 2  # pixels from a line where its surroundings are looked at
_ARMS = (2, 3, 4, 6)  # pixels from a cross's center to the two that are looked at in each of its arms
_STRAIGHT = 10  # gray levels by which a drawn line is brighter than its surroundings
_SURROUNDINGS = 31
_QUIET = 4.0  # gray levels of texture that make no difference
_LEAST_SIDE = 40


@dataclass(frozen=True)
class Drawings:
    """What is drawn over one frame.

    Args:
        cross: sharpness of the sharpest cross, against that of the texture around it.
        upright: length of the longest straight upright line, as a share of the frame's height.
    """

    cross: float
    upright: float


def find_drawings(gray: NDArray) -> Drawings:
    """The drawings in the analyzed region ``[H, W]``, 0-255, at its own resolution.

    A drawn line is one or two pixels wide, brighter than both of its sides all along, and exactly straight. A cross
    has such a line in each of its four arms; its center may be empty. Texture has neither.
    """
    if min(gray.shape) < _LEAST_SIDE:
        return Drawings(0.0, 0.0)
    levels = gray if gray.dtype == np.uint8 else np.clip(gray, 0, 255).astype(np.uint8)
    upright, level = _thin_lines(levels)
    return Drawings(_sharpest_cross(upright, level), _longest_run(upright > _STRAIGHT) / levels.shape[0])


def _thin_lines(gray: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """How much brighter each pixel is than what lies beside it, and than what lies above and below it."""
    wide = np.pad(gray, _APART, mode="edge")
    inside = slice(_APART, -_APART)
    beside = np.maximum(wide[inside, : -2 * _APART], wide[inside, 2 * _APART :])
    above = np.maximum(wide[: -2 * _APART, inside], wide[2 * _APART :, inside])
    return np.maximum(gray, beside) - beside, np.maximum(gray, above) - above


def _sharpest_cross(upright: NDArray[np.uint8], level: NDArray[np.uint8]) -> float:
    margin = max(_ARMS) + 2
    rows, columns = (side - 2 * margin for side in upright.shape)
    best = np.zeros((rows, columns), dtype=np.uint8)
    for start in _ARMS:
        arms = [
            _arm(values, margin, rows, columns, down * start, across * start, down, across)
            for values, down, across in ((upright, 1, 0), (upright, -1, 0), (level, 0, 1), (level, 0, -1))
        ]
        np.maximum(best, np.minimum.reduce(arms), out=best)
    texture = ndimage.uniform_filter(((upright >> 1) + (level >> 1)).astype(np.float32), _SURROUNDINGS)
    sharpness = best / (texture[margin:-margin, margin:-margin] + _QUIET)
    return float(sharpness.max(initial=0.0))


def _arm(
    values: NDArray[np.uint8], margin: int, rows: int, columns: int, y: int, x: int, down: int, across: int
) -> NDArray[np.uint8]:
    """Mean of the two pixels of an arm, at each center."""

    def at(y: int, x: int) -> NDArray[np.uint8]:
        part = values[margin + y : margin + y + rows, margin + x : margin + x + columns] >> 1
        return np.asarray(part, dtype=np.uint8)

    return at(y, x) + at(y + down, x + across)


def _longest_run(drawn: NDArray[np.bool_]) -> int:
    """The most pixels in a column that are drawn one after the other, gaps of one or two pixels filled."""
    filled = drawn.copy()
    filled[1:] |= drawn[:-1]
    filled[:-1] |= drawn[1:]
    runs, length = [(1, filled)], 1  # pixels from which on so many are drawn
    while True:
        runs_so_far = runs[-1][1]
        if len(runs_so_far) <= length:
            break
        longer = runs_so_far[:-length] & runs_so_far[length:]
        length *= 2
        if not longer.any():
            break
        runs.append((length, longer))
    found, begins = runs[-1]
    if not begins.any():
        return 0
    for more, run in reversed(runs[:-1]):
        rows = min(len(begins), len(run) - found)
        if rows > 0:
            longer = begins[:rows] & run[found : found + rows]
            if longer.any():
                found, begins = found + more, longer
    return found
