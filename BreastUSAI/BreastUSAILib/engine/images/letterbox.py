"""The way from a frame's pixel grid to the network's square and back, exact in both directions.

The way back needs numpy alone: Slicer goes it for every heat map. The way there loads scipy, at its first use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from .frames import Rectangle

if TYPE_CHECKING:
    from scipy import sparse

Fit = Literal["letterbox", "stretch"]
FITS: tuple[str, ...] = get_args(Fit)


@dataclass(frozen=True)
class Letterbox:
    """Crop to `region`, resize to fit a square of `size` pixels with the aspect kept, pad with zeros.

    Coordinates are (column, row), pixel centers at whole numbers. The two axes are scaled by a whole number of
    network pixels each, so their scales differ by at most half a network pixel over the region's side. With the fit
    ``stretch`` the region fills the square instead, each axis at a scale of its own, and there is no padding.

    Args:
        rows: height of the frame.
        columns: width of the frame.
        region: the part of the frame that is analyzed, inside the frame.
        size: side of the network's square input.
        fit: ``letterbox`` or ``stretch``.
    """

    rows: int
    columns: int
    region: Rectangle
    size: int
    fit: Fit = "letterbox"

    @property
    def content(self) -> Rectangle:
        """Where the region lies in the network's square."""
        if self.fit == "stretch":
            return Rectangle(0, 0, self.size, self.size)
        longest = max(self.region.width, self.region.height)
        width = max(1, round(self.region.width * self.size / longest))
        height = max(1, round(self.region.height * self.size / longest))
        return Rectangle((self.size - width) // 2, (self.size - height) // 2, width, height)

    def apply(self, frame: NDArray) -> NDArray[np.float32]:
        """A frame ``[H, W]`` as ``[size, size]`` float32, antialiased, in the frame's own intensities."""
        if frame.shape != (self.rows, self.columns):
            raise ValueError(f"a frame of {self.rows}x{self.columns} was promised, got {frame.shape}")
        content, region = self.content, self.region
        cut = np.ascontiguousarray(frame[region.slices], dtype=np.float32)
        square = np.zeros((self.size, self.size), dtype=np.float32)
        square[content.slices] = _separable(
            _shrink(region.height, content.height), cut, _shrink(region.width, content.width)
        )
        return square

    def restore(self, square: NDArray[np.float32]) -> NDArray[np.float32]:
        """A map over the network's square, ``[n, n]`` of any n, on the frame's grid: ``[H, W]``, 0 outside the region.

        Linear interpolation between the centers of the map's cells.
        """
        content, region = self.content, self.region
        cells = square.shape[0]
        frame = np.zeros((self.rows, self.columns), dtype=np.float32)
        frame[region.slices] = _separable(
            _enlarge(region.height, content.y, content.height, self.size, cells),
            np.ascontiguousarray(square, dtype=np.float32),
            _enlarge(region.width, content.x, content.width, self.size, cells),
        )
        return frame


class _Weights(Protocol):
    """Weights ``[m, n]`` that read an axis of n values at m places."""

    @property
    def shape(self) -> tuple[int, ...]:
        """``(m, n)``."""

    def __matmul__(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows ``[m, W]`` made of the rows of an image ``[n, W]``."""


def _separable(down: _Weights, image: NDArray[np.float32], across: _Weights) -> NDArray[np.float32]:
    """``down @ image @ across.T``, the cheaper side first."""
    if down.shape[0] * image.shape[1] <= image.shape[0] * across.shape[0]:
        return (across @ np.ascontiguousarray((down @ image).T)).T
    return down @ np.ascontiguousarray((across @ np.ascontiguousarray(image.T)).T)


@dataclass(frozen=True, eq=False)
class _Between:
    """`_Weights` of two neighboring values at each place: `share` ``[m, 1]`` of `right`, the rest of `left`."""

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    share: NDArray[np.float32]
    rest: NDArray[np.float32]
    cells: int

    @property
    def shape(self) -> tuple[int, ...]:
        return len(self.left), self.cells

    def __matmul__(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        values = image[self.left]
        values *= self.rest
        more = image[self.right]
        more *= self.share
        values += more
        return values


@lru_cache(maxsize=64)
def _shrink(length: int, target: int) -> sparse.csr_array:
    """``[target, length]`` weights that resize an axis: linear, with the filter widened when it gets shorter."""
    from scipy import sparse  # the application never comes here

    ratio = length / target
    centers = (np.arange(target) + 0.5) * ratio - 0.5
    reach = max(1.0, ratio)
    first = np.floor(centers - reach).astype(int) + 1
    positions = first[:, None] + np.arange(int(np.ceil(2 * reach)) + 1)
    weights = np.clip(1 - np.abs(positions - centers[:, None]) / reach, 0, None)
    weights[(positions < 0) | (positions >= length)] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    starts = np.arange(0, positions.size + 1, positions.shape[1])
    values, columns = weights.astype(np.float32).ravel(), np.clip(positions, 0, length - 1).ravel()
    return sparse.csr_array((values, columns, starts), shape=(target, length))


@lru_cache(maxsize=64)
def _enlarge(length: int, start: int, extent: int, size: int, cells: int) -> _Between:
    """``[length, cells]`` weights that read a map of `cells` over `size` network pixels at each frame pixel."""
    network = (np.arange(length) + 0.5) * extent / length + start
    position = np.clip(network * cells / size - 0.5, 0, cells - 1)
    left = np.minimum(np.floor(position).astype(np.intp), max(cells - 2, 0))
    share = (position - left)[:, None]
    right = np.minimum(left + 1, cells - 1)
    return _Between(left, right, share.astype(np.float32), (1 - share).astype(np.float32), cells)
