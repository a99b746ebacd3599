"""Posterior features: enhancement or shadowing behind the lesion, or none.

What lies behind the lesion along the beam is compared with tissue of the same depth on its left and on its right. The
side that it differs less from counts, so that a difference of the two sides among themselves is no feature of the
lesion: the minimum side difference of K. Horsch et al., Computerized diagnosis of breast lesions on ultrasound, Med
Phys 2002;29:157-164. Beams are taken to run down the image's columns, as those of a linear probe do. Measured is

- `difference`: mean gray value behind the lesion minus that of the side, in shares of the analyzed region's range.

The word is missing where the lesion reaches too close to the lower edge of the analyzed region, or to both of its
sides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...findings.descriptors import ENHANCEMENT, NO_FEATURES, POSTERIOR, SHADOWING, Descriptor
from .patch import Patch, confidence

LEAST_DIFFERENCE = 0.08

_SCALE = 0.03
_CORE_SHARE = 0.6  # of the lesion's width, in its middle: its edges cast shadows of their own
_GAP, _DEEP, _LEAST_DEEP = 0.06, 0.6, 0.2  # of its size: from its lower edge, how far, and how far at least
_SIDE, _LEAST_SIDE = 0.6, 0.15


def posterior(patch: Patch) -> Descriptor:
    """The posterior features of the lesion in the patch."""
    columns = np.flatnonzero(patch.mask.any(axis=0))
    left, right = patch.x[columns[0]], patch.x[columns[-1]]
    middle, half = (left + right) / 2, _CORE_SHARE * (right - left) / 2
    behind = np.abs(patch.x - middle) <= half
    bottom = np.array([patch.y[np.flatnonzero(column)[-1]] if column.any() else np.nan for column in patch.mask.T])
    start = float(np.nanmax(bottom[behind])) + _GAP
    rows = (patch.y >= start) & (patch.y <= start + _DEEP)
    if _extent(patch.y, rows) < _LEAST_DEEP:
        return Descriptor(POSTERIOR, None, 0.0)
    sides = [
        (patch.x < left - _GAP) & (patch.x > left - _GAP - _SIDE),
        (patch.x > right + _GAP) & (patch.x < right + _GAP + _SIDE),
    ]
    own = _mean(patch, rows, behind)
    beside = [_mean(patch, rows, side) for side in sides if _extent(patch.x, side) >= _LEAST_SIDE]
    differences = [own - mean for mean in beside if not np.isnan(mean)]
    if np.isnan(own) or not differences:
        return Descriptor(POSTERIOR, None, 0.0)
    least = min(differences, key=abs)
    difference = float(least if len({np.sign(one) for one in differences}) == 1 else 0.0)
    value = NO_FEATURES
    if abs(difference) >= LEAST_DIFFERENCE:
        value = ENHANCEMENT if difference > 0 else SHADOWING
    sure = confidence(abs(difference) - LEAST_DIFFERENCE, _SCALE)
    return Descriptor(POSTERIOR, value, sure, {"difference": difference})


def _extent(places: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    """How far the chosen cells of an axis reach."""
    return float(np.count_nonzero(chosen) * (places[1] - places[0]))


def _mean(patch: Patch, rows: NDArray[np.bool_], columns: NDArray[np.bool_]) -> float:
    """Mean gray value of a rectangle's tissue; nan where other lesions fill most of it."""
    there = np.ix_(rows, columns)
    free = patch.free[there]
    return float(patch.gray[there][free].mean()) if free.mean() >= 0.5 else float("nan")
