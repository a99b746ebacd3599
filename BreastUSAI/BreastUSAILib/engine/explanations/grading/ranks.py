"""How alike two maps order the pixels, whatever their scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .energy import check_sizes


def rank_correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float | None:
    """Spearman's rank correlation of two maps ``[H, W]``, in [-1, 1]; None where one is the same everywhere.

    Equal values share the mean of their ranks. Raises OptionError where sizes differ.
    """
    check_sizes(one, other)
    first, second = (_ranks(values.ravel()) for values in (one, other))
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return None if scale == 0 else float(np.clip((first * second).sum() / scale, -1, 1))


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle = ends - (counts + 1) / 2
    ranks: NDArray[np.float64] = middle[place]
    return ranks
