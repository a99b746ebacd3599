"""A lesion and what lies around it, on a small grid: what every descriptor is measured on.

Lengths are in units of the lesion's size, the diameter of a circle of its area, so that nothing depends on the pixel
size and its unit; pixels that are not square are allowed for. Where the pixel size is unknown they are taken as square.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ...images.frames import Rectangle
from ...images.letterbox import Letterbox

CELLS = 128
"""Cells of the grid on either side."""

BESIDE, ABOVE, BELOW = 1.0, 0.5, 1.2
"""How far around the lesion the grid reaches, in units of its size, where the analyzed region does."""

_RANGE = (1.0, 99.0)  # percentiles of the region's gray values that are 0 and 1


@dataclass(frozen=True)
class Patch:
    """The grid ``[C, C]``.

    Args:
        gray: gray values, 0 and 1 at the 1st and 99th percentile of the analyzed region's.
        mask: the lesion.
        others: other lesions.
        x, y: ``[C]``, places of the cells' centers in units of the lesion's size, from its center.
        distance: from the outline in the same unit, negative inside.
    """

    gray: NDArray[np.float32]
    mask: NDArray[np.bool_]
    others: NDArray[np.bool_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    distance: NDArray[np.float64]

    @property
    def free(self) -> NDArray[np.bool_]:
        """Tissue: neither the lesion nor another one."""
        return ~self.mask & ~self.others


def gray_range(gray: NDArray, region: Rectangle) -> tuple[float, float]:
    """What becomes 0 and 1 of a frame ``[H, W]``."""
    low, high = np.percentile(gray[region.slices], _RANGE)
    return float(low), max(float(high), float(low) + 1e-6)


def patch_of(
    gray: NDArray,
    labels: NDArray[np.uint8],
    number: int,
    region: Rectangle,
    pixel_spacing_mm: tuple[float, float] | None,
    value_range: tuple[float, float],
) -> Patch | None:
    """The grid around lesion `number` of a frame ``[H, W]``; None where the lesion lies outside the region.

    Args:
        gray: the frame.
        labels: 0 background, else the lesion's number.
        number: of the lesion.
        region: the part of the frame that is analyzed.
        pixel_spacing_mm: (row, column) in mm, or None where unknown.
        value_range: `gray_range` of the frame.
    """
    mask = labels == number
    row, column = pixel_spacing_mm or (1.0, 1.0)
    size = 2 * math.sqrt(np.count_nonzero(mask) * row * column / math.pi)
    box = Rectangle.around(mask)
    view = _view(box, size / column, size / row).clipped(*labels.shape)
    view = None if view is None else _common(view, region)
    if view is None or not mask[view.slices].any():
        return None
    height, width = labels.shape
    box_on_grid = Letterbox(height, width, view, CELLS, "stretch")
    low, high = value_range
    own = box_on_grid.apply(mask) >= 0.5
    if not own.any() or own.all():
        return None
    steps = np.array([view.width * column, view.height * row]) / (CELLS * size)
    centers = (np.arange(CELLS)[:, None] + 0.5) * steps
    middle = [float((own.sum(axis=axis) * centers[:, axis]).sum() / own.sum()) for axis in (0, 1)]
    outside, inside = (ndimage.distance_transform_edt(part, sampling=steps[::-1]) for part in (~own, own))
    return Patch(
        gray=np.clip((box_on_grid.apply(gray) - low) / (high - low), 0, 1).astype(np.float32),
        mask=own,
        others=box_on_grid.apply((labels > 0) & ~mask) >= 0.5,
        x=centers[:, 0] - middle[0],
        y=centers[:, 1] - middle[1],
        distance=outside - inside + np.where(own, 0.5, -0.5) * float(steps.min()),
    )


def _view(box: Rectangle, across: float, down: float) -> Rectangle:
    """The box with as much around it as the grid is to show; `across` and `down` are the lesion's size in pixels."""
    left, top = box.x - math.ceil(BESIDE * across), box.y - math.ceil(ABOVE * down)
    right = box.x + box.width + math.ceil(BESIDE * across)
    bottom = box.y + box.height + math.ceil(BELOW * down)
    return Rectangle(left, top, right - left, bottom - top)


def _common(one: Rectangle, other: Rectangle) -> Rectangle | None:
    left, top = max(one.x, other.x), max(one.y, other.y)
    right = min(one.x + one.width, other.x + other.width)
    bottom = min(one.y + one.height, other.y + other.height)
    return Rectangle(left, top, right - left, bottom - top) if right > left and bottom > top else None


def confidence(margin: float, scale: float) -> float:
    """0.5 where a measure lies at the point that divides two words, towards 1 at several times `scale` from it.

    A logistic function of the distance `margin`; it orders how clear cases are, and is calibrated on no reader.
    """
    return 1 / (1 + math.exp(-min(abs(margin) / scale, 50.0)))
