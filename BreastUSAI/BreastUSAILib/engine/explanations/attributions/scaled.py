"""From a method's own numbers to a map that can be drawn: smooth, and from -1 or 0 to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

GRAIN = 1 / 64
"""Of the square: standard deviation of the smoothing of values that are of single pixels."""


def scaled(values: NDArray[np.float32], signed: bool, is_grainy: bool) -> NDArray[np.float32]:
    """A map ``[n, n]`` in [0, 1], or [-1, 1] where signed: divided by its own greatest magnitude; zeros stay zeros.

    Args:
        values: what the method gave.
        signed: whether values below 0 speak against what is explained; else they are nothing.
        is_grainy: whether single pixels have values of their own, which are too small to be seen in an image.
    """
    if is_grainy:
        values = ndimage.gaussian_filter(values, GRAIN * len(values), mode="constant")
    if not signed:
        values = np.maximum(values, 0)
    peak = float(np.abs(values).max())
    if not np.isfinite(peak) or peak <= 0:
        return np.zeros_like(values, dtype=np.float32)
    return (values / np.float32(peak)).astype(np.float32)
