"""Finding the scan sector in a frame whose file names no ultrasound region."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ..images.frames import Rectangle

_SIDE = 192  # blocks along the longer side: fine enough for a border, coarse enough to drop text
_DARK = 0.03  # of full scale: screens' black with JPEG ringing stays below, noise in a dark sector above
_SMALLEST_SHARE = 0.15  # a smaller "sector" is a logo or a thumbnail, not the scan


def detect_sector(gray: NDArray) -> Rectangle:
    """The box around the largest bright connected area of a gray frame ``[H, W]``, text and rulers left out.

    Returns the whole frame where nothing convincing is found. Full scale is 255 for uint8, else the frame's maximum.
    """
    rows, columns = gray.shape
    whole = Rectangle(0, 0, columns, rows)
    largest, step = _largest_bright_area(gray)
    if not largest.any():
        return whole
    box = Rectangle.around(largest)
    found = Rectangle(box.x * step, box.y * step, box.width * step, box.height * step).clipped(rows, columns)
    if found is None or found.area < _SMALLEST_SHARE * whole.area:
        return whole
    return found


def scan_area(gray: NDArray) -> NDArray[np.bool_]:
    """Which pixels of a gray rectangle ``[H, W]`` that holds a scan belong to it: True inside its convex outline.

    A sector does not fill the rectangle around it, and text stands in the corners; what is dark within the outline,
    such as a shadow, belongs to the scan. All True where no bright area is found.
    """
    largest, step = _largest_bright_area(gray)
    count = np.count_nonzero(largest)
    if count < _SMALLEST_SHARE * largest.size:
        return np.ones(gray.shape, dtype=bool)
    filled = _convex(largest)
    return filled.repeat(step, axis=0).repeat(step, axis=1)[: gray.shape[0], : gray.shape[1]]


def _largest_bright_area(gray: NDArray) -> tuple[NDArray[np.bool_], int]:
    """The largest connected area of bright blocks, and the blocks' side in pixels."""
    step = max(1, -(-max(gray.shape) // _SIDE))
    blocks = _block_means(gray, step)
    full_scale = 255.0 if gray.dtype == np.uint8 else float(blocks.max(initial=0.0))
    bright = blocks > _DARK * full_scale
    bright = ndimage.binary_opening(bright, structure=np.ones((3, 3)))
    bright = ndimage.binary_closing(np.pad(bright, 3), structure=np.ones((5, 5)))[3:-3, 3:-3]
    components, count = ndimage.label(bright)
    if count == 0:
        return bright, step
    return components == int(np.argmax(np.bincount(components.ravel())[1:])) + 1, step


def _convex(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask's convex outline, filled: of each row all between the hull's left and right edge."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask.argmax(axis=1)[rows]
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)[rows]
    every = np.arange(rows[0], rows[-1] + 1)
    left = _lower_hull(every, rows, first)
    right = -_lower_hull(every, rows, -last)
    columns = np.arange(mask.shape[1])
    filled = np.zeros_like(mask)
    filled[every] = (columns >= left[:, None] - 0.5) & (columns <= right[:, None] + 0.5)
    return filled


def _lower_hull(every: NDArray[np.intp], places: NDArray[np.intp], values: NDArray[np.intp]) -> NDArray[np.float64]:
    """The largest convex function below `values` at the ascending `places`, read at `every` place."""
    hull: list[tuple[int, int]] = []
    for place, value in zip(places.tolist(), values.tolist(), strict=True):
        while len(hull) > 1:
            (x1, y1), (x2, y2) = hull[-2:]
            if (x2 - x1) * (value - y1) > (y2 - y1) * (place - x1):
                break
            hull.pop()
        hull.append((place, value))
    corners = np.array(hull)
    return np.interp(every, corners[:, 0], corners[:, 1])


def _block_means(gray: NDArray, step: int) -> NDArray[np.float32]:
    """Means of ``step``-sided blocks; the last row and column of blocks may be smaller."""
    picture = Image.fromarray(gray if gray.dtype == np.uint8 else gray.astype(np.float32))
    return np.asarray(picture.reduce(step), dtype=np.float32)
