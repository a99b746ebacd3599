"""From a frame's pixels to the network's input: robust intensity range, then the network's own scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bundle_limits import LARGEST_SIDE
from ..errors import ModelError
from ..images.frames import Rectangle
from ..images.letterbox import FITS, Fit, Letterbox
from .filters import FILTERS

_MOST_FILTERS = 10


@dataclass(frozen=True)
class Preprocessing:
    """How a bundle wants its input, as its `metadata.json` states it.

    Args:
        size: side of the square input in pixels.
        low_percentile: percentile of the viewed region's gray values that becomes 0.
        high_percentile: percentile that becomes 1; what lies outside is clipped.
        mean: subtracted from the [0, 1] values, padding included.
        std: divides them afterwards.
        fit: ``letterbox`` keeps the aspect and pads; ``stretch`` fills the square.
        centre_share: share of the region's width and of its height that is viewed, about the region's center, in
            (0, 1]. Resizing to 256 and cropping the central 224 is ``stretch`` with 224/256.
        filters: names from `filters.FILTERS`, applied in this order to the viewed region on the network's square.

    Raises ModelError for values that are impossible or unknown.
    """

    size: int
    low_percentile: float
    high_percentile: float
    mean: float
    std: float
    fit: Fit = "letterbox"
    centre_share: float = 1.0
    filters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = [name for name in self.filters if name not in FILTERS]
        sound = {
            f"size {self.size!r} (not from 1 to {LARGEST_SIDE})": _is_side(self.size),
            f"percentiles {self.low_percentile}, {self.high_percentile}": (
                0 <= self.low_percentile < self.high_percentile <= 100
            ),
            f"mean {self.mean}, std {self.std}": math.isfinite(self.mean) and 0 < self.std < math.inf,
            f"fit {self.fit!r} (not of {', '.join(FITS)})": self.fit in FITS,
            f"centre_share {self.centre_share} (not above 0, up to 1)": 0 < self.centre_share <= 1,
            f"{len(self.filters)} filters": len(self.filters) <= _MOST_FILTERS,
            f"filter {unknown[:1]} (not of {', '.join(FILTERS)})": not unknown,
        }
        for what, is_sound in sound.items():
            if not is_sound:
                raise ModelError(f"the preprocessing cannot have the {what}", remedy="Repair the bundle's metadata")

    @classmethod
    def from_metadata(cls, values: Mapping[str, Any]) -> Preprocessing:
        """What the key ``preprocessing`` of a bundle says. Raises ModelError, and TypeError for keys that misfit."""
        return cls(**{**values, "filters": tuple(values.get("filters", ()))})

    def letterbox(self, rows: int, columns: int, region: Rectangle) -> Letterbox:
        """The way from the region of a frame of `rows` x `columns` pixels to this network's square and back."""
        return Letterbox(rows, columns, _center(region, self.centre_share), self.size, self.fit)


def prepare(
    frame: NDArray, letterbox: Letterbox, preprocessing: Preprocessing, *, ranged: Letterbox | None = None
) -> NDArray[np.float32]:
    """A gray frame ``[H, W]`` of any intensity range as the network's input ``[size, size]``.

    The percentiles are taken inside the region only, so that borders and padding cannot shift them; inside that of
    `ranged` where another one's intensity range is wanted. A constant region becomes zero intensity.
    """
    square = unit_range(frame, letterbox, preprocessing, ranged=ranged)
    square -= preprocessing.mean
    square /= preprocessing.std
    return square


def unit_range(
    frame: NDArray, letterbox: Letterbox, preprocessing: Preprocessing, *, ranged: Letterbox | None = None
) -> NDArray[np.float32]:
    """A gray frame ``[H, W]`` on the square ``[size, size]``, its robust range mapped to [0, 1], then filtered.

    Padding stays 0. `ranged` as in `prepare`.
    """
    square = letterbox.apply(frame)
    inside = square[letterbox.content.slices]
    measured = inside if ranged is None else ranged.apply(frame)[ranged.content.slices]
    low, high = np.percentile(measured, [preprocessing.low_percentile, preprocessing.high_percentile])
    if high - low < 1e-6 * max(1.0, abs(float(high))):
        inside[...] = 0
        return square
    inside -= np.float32(low)
    inside *= np.float32(1 / (high - low))
    np.clip(inside, 0, 1, out=inside)
    for name in preprocessing.filters:
        inside[...] = FILTERS[name](inside)
    return square


def _is_side(size: object) -> bool:
    return type(size) is int and 0 < size <= LARGEST_SIDE


def _center(region: Rectangle, share: float) -> Rectangle:
    """The central `share` of a rectangle's width and height, in whole pixels."""
    width, height = (max(1, round(side * share)) for side in (region.width, region.height))
    return Rectangle(region.x + (region.width - width) // 2, region.y + (region.height - height) // 2, width, height)
