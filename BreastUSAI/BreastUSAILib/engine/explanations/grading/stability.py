"""Whether a heat map stays where it is when the image is mirrored or moved a little."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .ranks import rank_correlation

Explain = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""A prepared image ``[S, S]`` to its heat map on the same square."""

SHIFT = 0.03
"""Of the image's side: how far it is moved."""


def flip_stability(image: NDArray[np.float32], explain: Explain) -> float | None:
    """Rank correlation of the map with that of the mirror image, mirrored back; None where a map is even."""
    return rank_correlation(explain(image), explain(image[:, ::-1].copy())[:, ::-1])


def shift_stability(image: NDArray[np.float32], explain: Explain) -> float | None:
    """The least rank correlation with the maps of the image moved left, right, up and down, moved back.

    The edge's pixels are repeated where the image moves away from it, and what was not in both is not compared. None
    where a map is even.
    """
    step = max(1, round(SHIFT * max(image.shape)))
    own, least = explain(image), None
    for rows, columns in ((step, 0), (-step, 0), (0, step), (0, -step)):
        other = explain(_moved(image, rows, columns))
        here = own[_kept(-rows, own.shape[0]), _kept(-columns, own.shape[1])]
        there = other[_kept(rows, own.shape[0]), _kept(columns, own.shape[1])]
        found = rank_correlation(here, there)
        if found is None:
            return None
        least = found if least is None else min(least, found)
    return least


def _moved(image: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    down = np.clip(np.arange(image.shape[0]) - rows, 0, image.shape[0] - 1)
    across = np.clip(np.arange(image.shape[1]) - columns, 0, image.shape[1] - 1)
    return image[np.ix_(down, across)]


def _kept(shift: int, length: int) -> slice:
    """Of an axis what lies in a picture that was moved by `shift` as well as in that which was not."""
    return slice(max(shift, 0), length + min(shift, 0))
