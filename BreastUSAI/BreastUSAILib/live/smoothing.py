"""Lesions of a live picture from one result to the next: who is who, and a likelihood that does not flicker."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..engine.findings.analysis import Lesion
from ..engine.models.calibration import log_odds, probability_of

WINDOW_S = 0.3
"""Results older than this count for nothing, so that no change that lasts longer is hidden."""

_LEAST_OVERLAP = 0.2
_LEAST, _MOST = 1e-6, 1 - 1e-6


@dataclass
class _Followed:
    number: int
    box: tuple[int, int, int, int]
    seen_s: float
    likelihoods: deque[tuple[float, float]] = field(default_factory=deque)


@dataclass(frozen=True)
class LiveLesion:
    """A lesion of the newest picture.

    Args:
        number: the same from picture to picture, for as long as it was seen within `WINDOW_S`.
        lesion: as it was measured in this picture.
        likelihood: of malignancy in [0, 1], the mean in log-odds of the results within `WINDOW_S`; None where unknown.
    """

    number: int
    lesion: Lesion
    likelihood: float | None


class Smoothing:
    """Follows lesions by their boxes and averages their likelihoods over `WINDOW_S` of time."""

    def __init__(self) -> None:
        self._followed: list[_Followed] = []
        self._next = 1

    def follow(self, lesions: Sequence[Lesion], likelihood: float | None, now_s: float) -> list[LiveLesion]:
        """The lesions of the result at that time; `likelihood` is the picture's, for lesions without their own."""
        self._followed = [one for one in self._followed if now_s - one.seen_s <= WINDOW_S]
        free, found = list(self._followed), []
        for lesion in sorted(lesions, key=lambda one: -one.area_px):
            best = max(free, key=lambda one: overlap(one.box, lesion.bbox_px), default=None)
            if best is None or overlap(best.box, lesion.bbox_px) < _LEAST_OVERLAP:
                best = _Followed(self._next, lesion.bbox_px, now_s)
                self._next += 1
                self._followed.append(best)
            else:
                free.remove(best)
            own = likelihood if lesion.malignancy is None else lesion.malignancy.probability
            found.append(LiveLesion(best.number, lesion, self._seen(best, lesion, own, now_s)))
        return sorted(found, key=lambda one: one.number)

    @staticmethod
    def _seen(one: _Followed, lesion: Lesion, likelihood: float | None, now_s: float) -> float | None:
        one.box, one.seen_s = lesion.bbox_px, now_s
        if likelihood is not None:
            one.likelihoods.append((now_s, log_odds(min(max(likelihood, _LEAST), _MOST))))
        while one.likelihoods and now_s - one.likelihoods[0][0] > WINDOW_S:
            one.likelihoods.popleft()
        return probability_of(float(np.mean([value for _, value in one.likelihoods]))) if one.likelihoods else None


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes (left, top, width, height)."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)
