"""Margin: circumscribed, or not.

The lexicon calls a margin circumscribed that is well defined, with an abrupt change from the lesion to what surrounds
it, along at least three quarters of the outline; one that is indistinct, angular, microlobulated or spiculated is not.
Measured are

- `sharpness`: the share of the outline, in sectors about the center, where the gray value changes abruptly: by more
  than `ABRUPT` of the lesion's own contrast within `_STEP` of its size. After the sharpness of the boundary and the
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

ABRUPT = 0.10
"""Change of gray, in shares of the region's range, within `_STEP` on either side."""

LEAST_SHARP = 0.75
MOST_LOBULATED = 0.04

_STEP, _OFF = 0.08, 0.12  # of the lesion's size
_SHARP_SCALE, _LOBULATION_SCALE = 0.12, 0.01
_FEWEST = 6  # cells on either side of the change
_LOWEST_WAVE, _HIGHEST_WAVE = 4, 24


def margin(patch: Patch) -> Descriptor:
    """The margin of the lesion in the patch."""
    changes = _changes(patch)
    lobulation = _lobulation(patch)
    if np.isnan(changes).all():
        return Descriptor(MARGIN, None, 0.0, {"lobulation": lobulation})
    known = changes[~np.isnan(changes)]
    sharpness = float((np.abs(known) >= ABRUPT).mean())
    measures = {"sharpness": sharpness, "lobulation": lobulation, "contrast": float(known.mean())}
    away = min((sharpness - LEAST_SHARP) / _SHARP_SCALE, (MOST_LOBULATED - lobulation) / _LOBULATION_SCALE)
    value = CIRCUMSCRIBED if away >= 0 else NOT_CIRCUMSCRIBED
    return Descriptor(MARGIN, value, confidence(away, 1.0), measures)


def _angles(patch: Patch) -> NDArray[np.float64]:
    return np.arctan2(patch.y[:, None], patch.x[None, :])


def _changes(patch: Patch) -> NDArray[np.float64]:
    """``[SECTORS]``: the largest change of gray, outside minus inside, close to the outline; nan where unknown."""
    sector = np.floor((_angles(patch) / (2 * np.pi) + 0.5) * SECTORS).astype(int) % SECTORS
    bins = np.arange(-_OFF - 2 * _STEP, _OFF + 2 * _STEP + 1e-9, _STEP / 2)
    place = np.digitize(patch.distance, bins) - 1
    near = (place >= 0) & (place < len(bins) - 1) & ~patch.others
    flat = (sector * (len(bins) - 1) + place)[near]
    shape = SECTORS, len(bins) - 1
    counts = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
    sums = np.bincount(flat, weights=patch.gray[near], minlength=shape[0] * shape[1]).reshape(shape)
    best = np.full(SECTORS, np.nan)
    for at in range(2, shape[1] - 1):
        if abs(bins[at]) > _OFF + 1e-9:
            continue
        inside, outside = slice(at - 2, at), slice(at, at + 2)
        within, beyond = counts[:, inside].sum(axis=1), counts[:, outside].sum(axis=1)
        enough = (within >= _FEWEST) & (beyond >= _FEWEST)
        change = np.full(SECTORS, np.nan)
        change[enough] = (sums[:, outside].sum(axis=1) / np.maximum(beyond, 1))[enough]
        change[enough] -= (sums[:, inside].sum(axis=1) / np.maximum(within, 1))[enough]
        stronger = enough & (np.isnan(best) | (np.abs(change) > np.abs(best)))
        best[stronger] = change[stronger]
    return best


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
