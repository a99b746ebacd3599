"""Whether a frame shows two views side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SEAM_FROM = 2.5
"""Times the usual change from one side of a column to the other. Five of the six pictures with two views that BUS-UCLM
names reach 3.1 (the sixth shows one); of 120 images with one view, of three collections, none reached 2.3."""

_LEAST_CHANGE = 20  # gray levels
_ACROSS = 6  # pixels from the left of a column to its right
_MIDDLE = (0.44, 0.56)
_LEAST_SIDE = 64


def shows_two_views(gray: NDArray) -> bool:
    """Whether the region ``[H, W]``, 0-255, has a seam from top to bottom at half its width.

    The median over the rows of the change across a column is that of texture, but for a column where one view ends and
    another begins.
    """
    if min(gray.shape) < _LEAST_SIDE:
        return False
    levels = gray[::2].astype(np.int16)
    change = np.median(np.abs(levels[:, _ACROSS:] - levels[:, :-_ACROSS]), axis=0)
    first, last = (round(share * len(change)) for share in _MIDDLE)
    seam = float(change[first:last].max())
    return seam >= _LEAST_CHANGE and seam >= SEAM_FROM * float(np.median(change))
