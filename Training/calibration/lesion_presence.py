"""P(lesion) from classifier and segmenter together, fitted on collections that neither was trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from BreastUSAILib.engine.models.calibration import log_odds, probability_of
from BreastUSAILib.engine.models.lesion_presence import LesionPresence

from .calibrate import choose_normal_below
from .outlined import Outlined

LEAST_NORMALS = 30  # fewer say little about what else looks like a lesion
_RIDGE = 1e-3  # on the slopes, in nats, towards the classifier's word alone
_STEEPEST = 10.0
_DIGITS = 4
RULE = (
    "The probability of a lesion is a logistic function of the classifier's log-odds and of those of the surest "
    "tissue, fitted with frames of each kind, with and without a lesion, weighing the same, and with a constant of its "
    "own for every collection: each was looked at by another pair, whose log-odds have another zero. The constant is "
    "the mean of these, and normal is said below what 99 % of the lesions of every collection reach, each by its own."
)
REACHED = 0.99
"""Of the lesions of each collection: at most 2 % of the malignant ones may be called normal, and some hundred lesions
tell a share of 2 % only roughly."""


def fit_presence(found: Sequence[Outlined], classifier: str) -> LesionPresence | None:
    """What both answers are worth together on `found`, for the classifier whose weights have that SHA-256.

    Collections without normals count for nothing: where their zero lies cannot be known. None where no collection has
    `LEAST_NORMALS` normals: then the classifier is asked alone.
    """
    whole = [one for one in found if one.kind in ("lesion", "normal")]
    normals = Counter(one.dataset for one in whole if one.kind == "normal")
    lesions = Counter(one.dataset for one in whole if one.kind == "lesion")
    names = [name for name, count in normals.items() if count >= LEAST_NORMALS and lesions[name]]
    if not names:
        return None
    seen = [one for one in whole if one.dataset in names]
    shows = np.array([one.kind == "lesion" for one in seen])
    zeros = np.array([[one.dataset == name for name in names] for one in seen], dtype=float)
    answers = np.column_stack([zeros, [[log_odds(one.lesion), one.surest] for one in seen]])
    counts = Counter((one.dataset, one.kind) for one in seen)
    weight = np.array([1 / counts[one.dataset, one.kind] for one in seen]) / (2 * len(names))

    def loss(slopes: NDArray) -> float:
        odds = answers @ slopes
        lost = np.logaddexp(0, np.where(shows, -odds, odds))
        return float((weight * lost).sum() + _RIDGE * ((slopes[-2:] - [1, 0]) ** 2).sum())

    limits = [(-50.0, 50.0)] * len(names) + [(0.0, _STEEPEST)] * 2
    slopes = minimize(loss, np.array([0.0] * len(names) + [1.0, 0.0]), method="L-BFGS-B", bounds=limits).x
    fitted = float(slopes[:-2].mean()), float(slopes[-2]), float(slopes[-1])
    constant, classified, outlined = (round(value, _DIGITS) for value in fitted)
    reached = np.array([probability_of(odds) for odds in answers @ slopes])
    own = [np.array([one.dataset == name for one in seen]) & shows for name in names]
    normal_below = min(choose_normal_below(reached[mine], REACHED) for mine in own)
    return LesionPresence(classifier, constant, classified, outlined, normal_below)


def with_presence(found: Sequence[Outlined], presence: LesionPresence | None) -> list[Outlined]:
    """What was found, with the probability of a lesion as both networks give it; as it is without `presence`."""
    if presence is None:
        return list(found)
    return [replace(one, lesion=presence.probability(one.lesion, one.surest)) for one in found]
