"""How a heat map is coloured: black-red-yellow by lightness, its low end transparent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# anchors of a map whose lightness rises evenly from dark purple to pale yellow, so that it reads in grey print too
_ANCHORS = np.array(
    [(24, 12, 64), (87, 16, 110), (158, 42, 99), (214, 69, 65), (246, 125, 21), (250, 193, 39), (252, 246, 150)],
    dtype=np.float32,
)
_CLEAR_BELOW = 0.15
_FULL_FROM = 0.60
_STRONGEST = 0.62


def heat_colours(values: NDArray) -> NDArray[np.float32]:
    """RGB ``[..., 3]`` in [0, 255] of heat-map values in [0, 1]."""
    stops = np.linspace(0.0, 1.0, len(_ANCHORS))
    return np.stack([np.interp(values, stops, _ANCHORS[:, channel]) for channel in range(3)], -1).astype(np.float32)


def heat_opacity(values: NDArray) -> NDArray[np.float32]:
    """Opacity ``[...]`` in [0, 1] that heat-map values in [0, 1] are drawn with: none at the low end."""
    ramp = np.clip((values - _CLEAR_BELOW) / (_FULL_FROM - _CLEAR_BELOW), 0.0, 1.0)
    return (_STRONGEST * ramp * ramp * (3.0 - 2.0 * ramp)).astype(np.float32)


def heat_over(image: NDArray, values: NDArray) -> NDArray[np.uint8]:
    """The heat map `values` ``[H, W]`` laid over `image` ``[H, W, 3]`` uint8."""
    opacity = heat_opacity(values)[..., None]
    return np.rint(image * (1.0 - opacity) + heat_colours(values) * opacity).astype(np.uint8)
