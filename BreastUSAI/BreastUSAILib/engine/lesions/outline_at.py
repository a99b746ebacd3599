"""The outline at a place that a reader points at, from lesion probabilities of several views about it.

A reader who points at a lesion vouches for there being one: what is asked of the network is where it ends. So pixels
count from a lower probability than where the whole frame is searched, and one outline is given and no other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..images.frames import Rectangle
from ..images.places import Place
from .measure import EIGHT_NEIGHBORS, fill_holes

VIEW_SHARES = (0.7, 0.5, 0.35)
"""Of the analyzed region's width and height, the views about a click: lesions of all sizes fill one of them well."""

AROUND_BOX = (2.6, 1.8)
"""Times the width and height of a box, the views about it."""

BOX_THRESHOLD = 0.3
"""Of a box: mean probability over the views from which a pixel belongs to the lesion."""

OF_CLICKED, LEAST_THRESHOLD, MOST_THRESHOLD = 0.5, 0.05, 0.5
"""Of a click: the same as a share of the probability that was clicked, and its bounds. A lesion that the network hardly
sees ends where half of what it sees there is left; chosen on the calibration part, where .3 throughout gave of 7 missed
lesions a mean Dice of .51 instead of .60, and of all 234 the same (.86)."""

_CLICKED_PX = 3  # about the click, for the probability that was clicked

NEAR = 0.05
"""Of the shorter side of the analyzed region: how far from an outline a click may lie and still mean it."""

_BESIDE_BOX = 0.2
"""Of a box's width and height: how far an outline may reach beyond it."""


def near_of(region: Rectangle) -> float:
    """How many pixels from an outline a click may lie and still mean it."""
    return NEAR * min(region.width, region.height)


def smallest_of(smallest_lesion: float, region: Rectangle) -> int:
    """The fewest pixels of an outline, a quarter of what the whole frame's must have (`Segmenter.smallest_lesion`)."""
    return max(1, round(smallest_lesion * region.area / 4))


def views_of(place: Place, region: Rectangle) -> list[Rectangle]:
    """The views of a place in the analyzed region, the widest first, moved and cut so that they lie in it."""
    sizes = [(share * region.width, share * region.height) for share in VIEW_SHARES]
    if place.is_box:
        least = VIEW_SHARES[-1]
        sizes = [
            (max(times * place.width, least * region.width), max(times * place.height, least * region.height))
            for times in AROUND_BOX
        ]
    return [_view(place, width, height, region) for width, height in sizes]


def _view(place: Place, width: float, height: float, region: Rectangle) -> Rectangle:
    x, across = _within(place.column, width, region.x, region.width)
    y, down = _within(place.row, height, region.y, region.height)
    return Rectangle(x, y, across, down)


def _within(middle: float, length: float, start: int, most: int) -> tuple[int, int]:
    """Start and length of a stretch about the middle, inside the `most` pixels from `start`."""
    whole = min(max(round(length), 1), most)
    return min(max(round(middle + 0.5 - whole / 2), start), start + most - whole), whole


def mean_probability(probabilities: Sequence[NDArray[np.float32]], views: Sequence[Rectangle]) -> NDArray[np.float32]:
    """``[H, W]``: the mean, over the views that show a pixel, of their probabilities ``[H, W]``; 0 where none does."""
    total, count = np.zeros_like(probabilities[0]), np.zeros_like(probabilities[0])
    for probability, view in zip(probabilities, views, strict=True):
        total[view.slices] += probability[view.slices]
        count[view.slices] += 1
    return (total / np.maximum(count, 1)).astype(np.float32)


def threshold_at(probability: NDArray[np.float32], place: Place) -> float:
    """From which probability ``[H, W]`` on a pixel belongs to the lesion that a place means."""
    if place.is_box:
        return BOX_THRESHOLD
    row, column = round(place.row), round(place.column)
    near = tuple(slice(max(0, middle - _CLICKED_PX), max(0, middle) + _CLICKED_PX + 1) for middle in (row, column))
    clicked = float(probability[near].max(initial=0.0))
    return min(max(OF_CLICKED * clicked, LEAST_THRESHOLD), MOST_THRESHOLD)


def outline_at(
    probability: NDArray[np.float32],
    place: Place,
    *,
    taken: NDArray[np.bool_],
    near_px: float,
    min_area_px: int,
    threshold: float,
) -> NDArray[np.bool_] | None:
    """The outline ``[H, W]`` that a place means, its holes filled; None where there is none.

    Of a click the connected part that holds it, or else the nearest, at most `near_px` away; of a box the part with
    most of its pixels in it, of which only what lies in the box or close to it is kept.

    Args:
        probability: ``[H, W]`` in [0, 1].
        place: the click or box.
        taken: ``[H, W]``: pixels of other lesions, which belong to them.
        near_px: see above.
        min_area_px: what is smaller is no lesion.
        threshold: probability from which a pixel belongs to it, as `threshold_at` gives it.
    """
    foreground = (probability >= threshold) & ~taken
    if place.is_box:
        foreground[~_near_box(place, foreground.shape)] = False
    box = Rectangle.around(foreground)
    if not box.area:
        return None
    parts, count = ndimage.label(fill_holes(foreground[box.slices]), structure=EIGHT_NEIGHBORS)
    parts[np.bincount(parts.ravel(), minlength=count + 1)[parts] < min_area_px] = 0
    moved = Place(place.column - box.x, place.row - box.y, None, place.width, place.height)
    chosen = _most_in(parts, moved) if place.is_box else _nearest(parts, moved, near_px)
    if not chosen:
        return None
    outline = np.zeros(foreground.shape, dtype=bool)
    outline[box.slices] = parts == chosen
    outline &= ~taken
    return outline


def _near_box(place: Place, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """``[H, W]``: in the box, or close to it."""
    rows, columns = (np.arange(length) for length in shape)
    reach = 0.5 + _BESIDE_BOX
    down = np.abs(rows - place.row) <= reach * place.height
    return down[:, None] & (np.abs(columns - place.column) <= reach * place.width)


def _most_in(parts: NDArray[np.intp], box: Place) -> int:
    """The number of the part with most pixels in the box; 0 where none has any."""
    rows, columns = (np.arange(length) for length in parts.shape)
    inside = (2 * np.abs(rows - box.row) < box.height)[:, None] & (2 * np.abs(columns - box.column) < box.width)
    counts = np.bincount(parts[inside])
    counts[:1] = 0
    return int(counts.argmax()) if counts.any() else 0


def _nearest(parts: NDArray[np.intp], point: Place, near_px: float) -> int:
    """The number of the part that holds a point or lies nearest to it; 0 where none is near."""
    rows, columns = np.nonzero(parts)
    if not rows.size:
        return 0
    away = np.hypot(columns - point.column, rows - point.row)
    nearest = int(away.argmin())
    is_near = away[nearest] <= max(near_px, 1.0)  # a click on a pixel is at most that far from its center
    return int(parts[rows[nearest], columns[nearest]]) if is_near else 0
