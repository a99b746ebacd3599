"""Deletion and insertion: what the network says while the pixels go and come back in the order that a map gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .energy import check_sizes

Predict = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""Prepared images ``[N, S, S]`` to the probability of the class that is explained, ``[N]`` in [0, 1]."""

STEPS = 16
"""Into how many equal parts the pixels are cut: one pass more than that for each curve."""
BLUR = 0.08
"""Of the image's side, the standard deviation of the blur that takes away what a pixel shows."""
RANDOM_ORDERS = 2
"""How many orders that know nothing are tried beside the map's."""


@dataclass(frozen=True)
class Areas:
    """Areas under the class's probability, in [0, 1]."""

    deletion: float
    insertion: float


def blurred(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """The image ``[S, S]`` without its detail: the baseline. Blurring leaves no edge that black pixels would draw."""
    from scipy import ndimage

    smooth: NDArray[np.float32] = ndimage.gaussian_filter(image, BLUR * max(image.shape), mode="nearest")
    return smooth


def deletion_and_insertion(
    heat: NDArray[np.floating], image: NDArray[np.float32], predict: Predict, *, steps: int = STEPS
) -> Areas:
    """Areas under both curves (Petsiuk et al. 2018, arXiv:1806.07421), by the trapezoidal rule over the share changed.

    Deletion replaces the pixels of the image by those of the `blurred` one, the map's highest first; insertion begins
    with the blurred image and puts them back in the same order. Of equal values the earlier pixel goes first.

    Args:
        heat: the map ``[S, S]`` on the network's square.
        image: the prepared image ``[S, S]``.
        predict: what the network says of images; called once for each curve.
        steps: how many parts.

    Raises OptionError where sizes differ.
    """
    check_sizes(heat, image)
    order = np.argsort(-heat.ravel(), kind="stable")
    baseline = blurred(image)
    return Areas(_area(order, image, baseline, predict, steps), _area(order, baseline, image, predict, steps))


def random_areas(
    heat: NDArray[np.floating],
    image: NDArray[np.float32],
    predict: Predict,
    *,
    cells: int = 8,
    steps: int = STEPS,
    seed: int = 0,
) -> Areas:
    """The mean of the same for orders that know nothing: even random maps of `cells` x `cells`, enlarged."""
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(RANDOM_ORDERS):
        side = -(-max(image.shape) // cells)
        patches = generator.permutation(cells * cells).reshape(cells, cells).astype(np.float32)
        enlarged = patches.repeat(side, axis=0).repeat(side, axis=1)[: heat.shape[0], : heat.shape[1]]
        found.append(deletion_and_insertion(enlarged, image, predict, steps=steps))
    return Areas(float(np.mean([one.deletion for one in found])), float(np.mean([one.insertion for one in found])))


def _area(
    order: NDArray[np.intp], start: NDArray[np.float32], end: NDArray[np.float32], predict: Predict, steps: int
) -> float:
    """The area while the pixels of `start` become those of `end`, in that order."""
    images = np.repeat(start.reshape(1, -1), steps + 1, axis=0)
    for step in range(1, steps + 1):
        changed = order[: round(order.size * step / steps)]
        images[step, changed] = end.ravel()[changed]
    values = np.asarray(predict(images.reshape(-1, *start.shape)), dtype=np.float64)
    return float(((values[1:] + values[:-1]) / 2).mean())
