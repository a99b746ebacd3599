"""From a frame's pixels to the network's input: robust intensity range, then the network's own scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .letterbox import Letterbox


@dataclass(frozen=True)
class Preprocessing:
    """How a bundle wants its input, as its `metadata.json` states it.

    Args:
        size: side of the square input in pixels.
        low_percentile: percentile of the region's grey values that becomes 0.
        high_percentile: percentile that becomes 1; what lies outside is clipped.
        mean: subtracted from the [0, 1] values, padding included.
        std: divides them afterwards.
    """

    size: int
    low_percentile: float
    high_percentile: float
    mean: float
    std: float


def prepare(frame: NDArray, letterbox: Letterbox, preprocessing: Preprocessing) -> NDArray[np.float32]:
    """A grey frame ``[H, W]`` of any intensity range as the network's input ``[size, size]``.

    The percentiles are taken inside the region only, so that borders and padding cannot shift them. A constant
    region becomes zero intensity.
    """
    square = unit_range(frame, letterbox, preprocessing)
    square -= preprocessing.mean
    square /= preprocessing.std
    return square


def unit_range(frame: NDArray, letterbox: Letterbox, preprocessing: Preprocessing) -> NDArray[np.float32]:
    """A grey frame ``[H, W]`` letterboxed to ``[size, size]`` with its robust range mapped to [0, 1]."""
    square = letterbox.apply(frame)
    inside = square[letterbox.content.slices]
    low, high = np.percentile(inside, [preprocessing.low_percentile, preprocessing.high_percentile])
    if high - low < 1e-6 * max(1.0, abs(float(high))):
        inside[...] = 0
        return square
    inside -= np.float32(low)
    inside *= np.float32(1 / (high - low))
    np.clip(inside, 0, 1, out=inside)
    return square
