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
    step = max(1, -(-max(rows, columns) // _SIDE))
    blocks = _block_means(gray, step)
    full_scale = 255.0 if gray.dtype == np.uint8 else float(blocks.max(initial=0.0))
    bright = blocks > _DARK * full_scale
    bright = ndimage.binary_opening(bright, structure=np.ones((3, 3)))
    bright = ndimage.binary_closing(np.pad(bright, 3), structure=np.ones((5, 5)))[3:-3, 3:-3]
    components, count = ndimage.label(bright)
    if count == 0:
        return whole
    largest = int(np.argmax(np.bincount(components.ravel())[1:])) + 1
    down, across = ndimage.find_objects(components)[largest - 1]
    found = Rectangle(
        across.start * step, down.start * step, (across.stop - across.start) * step, (down.stop - down.start) * step
    ).clipped(rows, columns)
    if found is None or found.area < _SMALLEST_SHARE * whole.area:
        return whole
    return found


def _block_means(gray: NDArray, step: int) -> NDArray[np.float32]:
    """Means of ``step``-sided blocks; the last row and column of blocks may be smaller."""
    picture = Image.fromarray(gray if gray.dtype == np.uint8 else gray.astype(np.float32))
    return np.asarray(picture.reduce(step), dtype=np.float32)
