"""How well a heat map points at the lesion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def hit_and_share(heat: NDArray[np.float32], lesion: NDArray[np.bool_]) -> tuple[bool, float]:
    """Whether the highest point of a heat map ``[H, W]``, from 0 on, lies in the lesion, and what share of its sum.

    The first is the pointing game (Zhang et al. 2018, arXiv:1608.00507). A map of zeros points nowhere: False and NaN.
    """
    total = float(heat.sum())
    if total <= 0:
        return False, float("nan")
    return bool(lesion[np.unravel_index(int(heat.argmax()), heat.shape)]), float(heat[lesion].sum()) / total
