"""Margin: circumscribed, or not.

The lexicon calls a margin circumscribed that is well defined, with an abrupt change from the lesion to what surrounds
it, along at least three quarters of the outline; one that is indistinct, angular, microlobulated or spiculated is not.
Measured are

- `sharpness`: the share of the outline, in sectors about the center, where the gray value changes abruptly: within
  `_STEP` of the lesion's size by at least `LEAST_CHANGE` of the region's range, and by at least `ABRUPT` of the whole
  difference between the lesion and what is around it in that sector. After the sharpness of the boundary and the
  normalized radial gradient in K. Horsch et al., Computerized diagnosis of breast lesions on ultrasound, Med Phys
  2002;29:157-164. The place of the change may lie a little off the outline, whose course is not exact to a pixel.
- `lobulation`: how much the outline waves, as the root mean square of its distance from the center divided by that of
  the ellipse, in waves of 4 and more around the lesion. After the normalized radial length of J. Kilday et al.,
  Classifying mammographic lesions using computerized image analysis, IEEE Trans Med Imaging 1993;12:664-669.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...findings.descriptors import CIRCUMSCRIBED, MARGIN, NOT_CIRCUMSCRIBED, Descriptor
from .patch import Patch, confidence

SECTORS = 24

LEAST_CHANGE = 0.12
"""Of the region's gray range, between what lies within `_STEP` on either side."""

ABRUPT = 0.55
"""Of the sector's whole difference."""

LEAST_SHARP = 0.75
MOST_LOBULATED = 0.06

_STEP, _OFF = 0.08, 0.12  # of the lesion's size
_BINS = np.arange(-8, 9) * (_STEP / 2)  # distances from the outline
_LEAST_KNOWN = 0.5  # of the sectors
_SHARP_SCALE, _LOBULATION_SCALE = 0.12, 0.01
_FEWEST = 6  # cells on either side of the change
_LOWEST_WAVE, _HIGHEST_WAVE = 4, 24


def margin(patch: Patch) -> Descriptor:
    """The margin of the lesion in the patch."""
    sectors = _Sectors(patch)
    lobulation = _lobulation(patch)
    known = ~np.isnan(sectors.changes) & ~np.isnan(sectors.contrasts)
    if np.count_nonzero(known) < _LEAST_KNOWN * SECTORS:
        return Descriptor(MARGIN, None, 0.0, {"lobulation": lobulation})
    changes = np.abs(sectors.changes[known])
    abrupt = (changes >= LEAST_CHANGE) & (changes >= ABRUPT * np.abs(sectors.contrasts[known]))
    sharpness = float(abrupt.mean())
    measures = {"sharpness": sharpness, "lobulation": lobulation}
    away = min((sharpness - LEAST_SHARP) / _SHARP_SCALE, (MOST_LOBULATED - lobulation) / _LOBULATION_SCALE)
    value = CIRCUMSCRIBED if away >= 0 else NOT_CIRCUMSCRIBED
    return Descriptor(MARGIN, value, confidence(away, 1.0), measures)


class _Sectors:
    """Means of the gray value by sector about the center and by distance from the outline."""

    def __init__(self, patch: Patch) -> None:
        angle = np.arctan2(patch.y[:, None], patch.x[None, :])
        sector = np.floor((angle / (2 * np.pi) + 0.5) * SECTORS).astype(int) % SECTORS
        place = np.digitize(patch.distance, _BINS) - 1
        near = (place >= 0) & (place < len(_BINS) - 1) & ~patch.others
        flat = (sector * (len(_BINS) - 1) + place)[near]
        shape = SECTORS, len(_BINS) - 1
        self._counts = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
        weights = patch.gray[near].astype(float)
        self._sums = np.bincount(flat, weights=weights, minlength=shape[0] * shape[1]).reshape(shape)

    @property
    def contrasts(self) -> NDArray[np.float64]:
        """``[SECTORS]``: what is around the lesion minus what is in it; nan where unknown."""
        middle = len(_BINS) // 2
        return self._mean(slice(middle + 1, None)) - self._mean(slice(None, middle - 1))

    @property
    def changes(self) -> NDArray[np.float64]:
        """``[SECTORS]``: the largest change close to the outline, outside minus inside; nan where unknown."""
        best = np.full(SECTORS, np.nan)
        for at in np.flatnonzero(np.abs(_BINS) <= _OFF + 1e-9):
            change = self._mean(slice(at, at + 2)) - self._mean(slice(at - 2, at))
            stronger = ~np.isnan(change) & (np.isnan(best) | (np.abs(change) > np.abs(best)))
            best[stronger] = change[stronger]
        return best

    def _mean(self, bins: slice) -> NDArray[np.float64]:
        counts = self._counts[:, bins].sum(axis=1)
        means = self._sums[:, bins].sum(axis=1) / np.maximum(counts, 1)
        return np.where(counts >= _FEWEST, means, np.nan)


def _lobulation(patch: Patch) -> float:
    """See the module's text."""
    rows, columns = np.nonzero(patch.mask)
    places = np.column_stack([patch.x[columns], patch.y[rows]])
    covariance = np.cov(places.T)
    values, vectors = np.linalg.eigh(covariance + 1e-9 * np.eye(2))
    edge = _edge(patch.mask)
    at = np.column_stack([patch.x[edge[1]], patch.y[edge[0]]]) @ vectors / np.sqrt(values)
    radius, angle = np.hypot(*at.T), np.arctan2(at[:, 1], at[:, 0])
    order = np.argsort(angle)
    even = np.linspace(-np.pi, np.pi, 128, endpoint=False)
    waves = np.fft.rfft(np.interp(even, angle[order], radius[order], period=2 * np.pi)) / 128
    power = 2 * (np.abs(waves[_LOWEST_WAVE : _HIGHEST_WAVE + 1]) ** 2).sum()
    return float(np.sqrt(power) / np.abs(waves[0]))


def _edge(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the lesion's outermost cells."""
    wide = np.pad(mask, 1)
    surrounded = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    rows, columns = np.nonzero(mask & ~surrounded)
    return rows, columns
