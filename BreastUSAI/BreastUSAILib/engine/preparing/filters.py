"""Filters that some published pipelines put before their network, on intensities in [0, 1]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_Image = NDArray[np.float32]
_LEVELS = 256
_SIGMA = 1.0  # network pixels


def gaussian(image: _Image) -> _Image:
    """Blur by a Gaussian with a standard deviation of one network pixel; ``[h, w]`` in [0, 1] stays so."""
    return ndimage.gaussian_filter(image, _SIGMA, mode="nearest")


def sobel(image: _Image) -> _Image:
    """Magnitude of the Sobel gradient, divided by its maximum; a constant image becomes zero."""
    down, across = (ndimage.sobel(image, axis=axis, mode="nearest") for axis in (0, 1))
    magnitude = np.hypot(down, across)
    peak = magnitude.max()
    return magnitude / peak if peak > 0 else magnitude


def equalize(image: _Image) -> _Image:
    """Histogram equalization over 256 gray levels; the darkest level becomes 0, the brightest 1."""
    levels = np.rint(image * (_LEVELS - 1)).astype(np.intp)
    shares = np.bincount(levels.ravel(), minlength=_LEVELS).cumsum() / levels.size
    darkest = shares[levels.min()]
    if darkest >= 1:
        return np.zeros_like(image)
    return ((shares - darkest) / (1 - darkest)).astype(np.float32)[levels]


FILTERS: Mapping[str, Callable[[_Image], _Image]] = MappingProxyType(
    {"gaussian": gaussian, "sobel": sobel, "equalize": equalize}
)
"""The closed set, by the name that a bundle's metadata uses."""
