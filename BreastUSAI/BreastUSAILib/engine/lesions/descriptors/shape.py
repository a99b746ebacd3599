"""Shape: oval, round or irregular.

The lexicon calls a mass oval that is elliptical or egg-shaped, with two or three undulations at most; round that is
spherical; and irregular that is neither. Measured are

- `ellipse_overlap`: the share of the lesion inside the ellipse of its area, its center and its second moments. An
  ellipse has 1; branches and notches lie outside. After the ellipse fitted to the outline in W.-C. Shen et al., Breast
  ultrasound computer-aided diagnosis using BI-RADS features, Acad Radiol 2007;14:928-939.
- `solidity`: the lesion's area by that of its convex hull. Notches lower it. Same source.
- `axis_ratio`: the shorter by the longer axis of that ellipse; a circle has 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...findings.descriptors import IRREGULAR, OVAL, ROUND, SHAPE, Descriptor
from ...images.frames import Rectangle
from ...images.letterbox import Letterbox
from ..measure import convex_outline
from .patch import CELLS, confidence

LEAST_OVERLAP = 0.90
"""Below it a lesion is no ellipse."""

LEAST_SOLIDITY = 0.94
"""Below it a lesion has notches that are no gentle undulations."""

LEAST_ROUND = 0.8
"""Axis ratio from which a lesion that is not irregular is round."""

_OVERLAP_SCALE, _SOLIDITY_SCALE, _RATIO_SCALE = 0.015, 0.015, 0.04


def shape(mask: NDArray[np.bool_], pixel_spacing_mm: tuple[float, float] | None) -> Descriptor:
    """The shape of an outline ``[H, W]``; unequal spacing (row, column) is allowed for."""
    row, column = pixel_spacing_mm or (1.0, 1.0)
    box = _wider(Rectangle.around(mask)).clipped(*mask.shape)
    assert box is not None
    height, width = mask.shape
    grid = Letterbox(height, width, box, CELLS, "stretch").apply(mask) >= 0.5
    if not grid.any():
        return Descriptor(SHAPE, None, 0.0)
    scale = np.array([box.width * column, box.height * row]) / CELLS
    overlap, ratio = _ellipse(grid, scale)
    hull = convex_outline(grid)
    solid = min(float(grid.sum() / _area(hull)), 1.0)
    measures = {"ellipse_overlap": overlap, "solidity": solid, "axis_ratio": ratio}
    away = min((overlap - LEAST_OVERLAP) / _OVERLAP_SCALE, (solid - LEAST_SOLIDITY) / _SOLIDITY_SCALE)
    if away < 0:
        return Descriptor(SHAPE, IRREGULAR, confidence(away, 1.0), measures)
    is_round = ratio >= LEAST_ROUND
    sure = min(confidence(away, 1.0), confidence(ratio - LEAST_ROUND, _RATIO_SCALE))
    return Descriptor(SHAPE, ROUND if is_round else OVAL, sure, measures)


def _wider(box: Rectangle) -> Rectangle:
    """A pixel of background on every side."""
    return Rectangle(box.x - 1, box.y - 1, box.width + 2, box.height + 2)


def _ellipse(grid: NDArray[np.bool_], scale: NDArray[np.float64]) -> tuple[float, float]:
    """Share inside the ellipse of the same area and second moments, and that ellipse's shorter by its longer axis."""
    rows, columns = np.indices(grid.shape)
    places = np.stack([columns, rows], axis=-1) * scale
    inside = places[grid]
    apart = places - inside.mean(axis=0)
    covariance = np.cov(inside.T) + np.diag(scale**2 / 12)
    away = np.einsum("...i,ij,...j->...", apart, np.linalg.inv(covariance), apart)
    limit = np.partition(away.ravel(), len(inside) - 1)[len(inside) - 1]
    shorter, longer = np.sqrt(np.linalg.eigvalsh(covariance))
    return float((away[grid] <= limit).mean()), float(shorter / longer)


def _area(polygon: NDArray[np.float64]) -> float:
    x, y = polygon.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
