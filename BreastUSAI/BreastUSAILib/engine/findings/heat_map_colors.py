"""How a heat map is colored, in slice views and in pictures alike. Needs numpy alone.

More heat is always lighter, in even steps, so that it reads in gray print too, and covers more of the image: nothing
of it where there is no heat. Red and blue are flow on color Doppler, so that heat is green there.

A signed map is as light and as opaque as its magnitude is great, and tells the sign by the hue: warm speaks for what is
explained, cold against it. On color Doppler that is green and violet.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..flags import Flag, FlagCode

LAYER_OPACITY = 0.7
"""How much of the image the hottest places cover, unless the reader chooses otherwise."""

Anchors = tuple[tuple[int, int, int], ...]

# Purple to pale yellow, and dark green to pale lime: the lightness L* of either rises evenly.
_ON_GRAY: Anchors = (
    (24, 12, 64),
    (87, 16, 110),
    (158, 42, 99),
    (214, 69, 65),
    (246, 125, 21),
    (250, 193, 39),
    (252, 246, 150),
)
_ON_DOPPLER: Anchors = (
    (0, 28, 28),
    (0, 62, 50),
    (0, 98, 64),
    (22, 136, 66),
    (78, 174, 62),
    (150, 210, 80),
    (226, 244, 150),
)
_FOR: Anchors = ((46, 14, 8), (120, 40, 14), (196, 84, 20), (240, 144, 40), (252, 204, 100), (254, 244, 190))
_AGAINST: Anchors = ((8, 22, 52), (16, 56, 112), (24, 98, 170), (56, 150, 212), (124, 202, 236), (206, 242, 254))
_AGAINST_ON_DOPPLER: Anchors = (
    (34, 10, 46),
    (74, 24, 96),
    (116, 48, 148),
    (158, 84, 194),
    (196, 134, 224),
    (234, 200, 246),
)
_FULL_FROM = 0.65


def shows_flow(flags: Iterable[Flag]) -> bool:
    """Whether an analysis with these flags is of color Doppler."""
    return any(flag.code is FlagCode.COLOR_DOPPLER for flag in flags)


def heat_map_colors(values: NDArray, on_flow: bool = False, signed: bool = False) -> NDArray[np.float32]:
    """RGB ``[..., 3]`` in [0, 255] of heat-map values in [0, 1], or [-1, 1] of a signed one.

    `on_flow` for color Doppler.
    """
    if not signed:
        return _between(_ON_DOPPLER if on_flow else _ON_GRAY, values)
    warm, cold = (_ON_DOPPLER, _AGAINST_ON_DOPPLER) if on_flow else (_FOR, _AGAINST)
    values = np.asarray(values)
    return np.where(values[..., None] < 0, _between(cold, -values), _between(warm, values))


def _between(anchors: Anchors, values: NDArray) -> NDArray[np.float32]:
    """Colors ``[..., 3]`` of values in [0, 1]."""
    points = np.array(anchors, dtype=np.float32)
    stops = np.linspace(0.0, 1.0, len(points))
    return np.stack([np.interp(values, stops, points[:, channel]) for channel in range(3)], -1).astype(np.float32)


def heat_map_opacity(values: NDArray) -> NDArray[np.float32]:
    """Opacity ``[...]`` in [0, 1] of heat-map values in [-1, 1], before that of the whole layer; 0 of no heat."""
    share = np.clip(np.abs(values) / _FULL_FROM, 0.0, 1.0)
    return (share * share * (3.0 - 2.0 * share)).astype(np.float32)


def heat_map_over(image: NDArray, values: NDArray, on_flow: bool = False, signed: bool = False) -> NDArray[np.uint8]:
    """The heat map `values` ``[H, W]`` laid over `image` ``[H, W, 3]`` uint8."""
    opacity = LAYER_OPACITY * heat_map_opacity(values)[..., None]
    return np.rint(image * (1.0 - opacity) + heat_map_colors(values, on_flow, signed) * opacity).astype(np.uint8)
