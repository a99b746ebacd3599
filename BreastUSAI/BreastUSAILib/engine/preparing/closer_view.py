"""The part of a frame around one lesion, as a classifier has seen lesions from close up in its training.

The recipes' training shows parts of images with the whole lesion in them, cut from the image with the intensity range
of the whole: never less than about a third of the image's width and height, and never longer than three times their
breadth (`Training/augmentation/crops.py`). What is cut here keeps to that.

`python -m Training rescore` measures what the mean of both is worth beside the whole frame alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..images.frames import Rectangle
from .prepare import Preprocessing, prepare

AROUND = 1.8  # times the lesion's own width and height: some tissue on every side, where margins and shadows show
_LEAST_SHARE = 0.35  # of the analyzed region's width and of its height
_LONGEST_ASPECT = 3.0


def closer_view(box: Rectangle, region: Rectangle) -> Rectangle | None:
    """The view of a lesion with that bounding box inside the analyzed region, both in the frame's pixels.

    About `AROUND` times the box about its center, at least the share of the region and at most the aspect that
    training showed, moved and at last cut so that it lies in the region. None where the box lies outside the region.
    """
    left, top = max(box.x, region.x), max(box.y, region.y)
    right = min(box.x + box.width, region.x + region.width)
    bottom = min(box.y + box.height, region.y + region.height)
    if right <= left or bottom <= top:
        return None
    width = max(AROUND * (right - left), _LEAST_SHARE * region.width)
    height = max(AROUND * (bottom - top), _LEAST_SHARE * region.height)
    width, height = max(width, height / _LONGEST_ASPECT), max(height, width / _LONGEST_ASPECT)
    x, across = _within(left, right, round(width), region.x, region.width)
    y, down = _within(top, bottom, round(height), region.y, region.height)
    return Rectangle(x, y, across, down)


def _within(first: int, last: int, length: int, start: int, most: int) -> tuple[int, int]:
    """Start and length of a stretch about the middle of first..last, inside the `most` pixels from `start`."""
    length = min(max(length, 1), most)
    return min(max((first + last - length) // 2, start), start + most - length), length


def prepare_view(
    gray: NDArray, view: Rectangle, region: Rectangle, preprocessing: Preprocessing
) -> NDArray[np.float32]:
    """A view of a gray frame ``[H, W]`` as the network's input ``[size, size]``, with the region's intensity range."""
    rows, columns = gray.shape
    whole = preprocessing.letterbox(rows, columns, region)
    return prepare(gray, preprocessing.letterbox(rows, columns, view), preprocessing, ranged=whole)


def view_of_mask(mask: NDArray[np.bool_], view: Rectangle, preprocessing: Preprocessing) -> NDArray[np.float32]:
    """A lesion mask ``[H, W]`` in the same view, 0 or 1: ``[size, size]``."""
    rows, columns = mask.shape
    return (preprocessing.letterbox(rows, columns, view).apply(mask) >= 0.5).astype(np.float32)
