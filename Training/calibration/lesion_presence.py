"""P(lesion) from classifier and segmenter together, fitted on collections that neither was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from BreastUSAILib.engine.models.calibration import log_odds
from BreastUSAILib.engine.models.lesion_presence import LesionPresence

from .calibrate import choose_normal_below
from .outlined import Outlined

LEAST_NORMALS = 30  # fewer say little about what else looks like a lesion
_RIDGE = 1e-3  # on the slopes, in nats, towards the classifier's word alone
_STEEPEST = 10.0
_DIGITS = 4
RULE = (
    "The probability of a lesion is a logistic function of the classifier's log-odds and of those of the surest "
    "tissue, fitted with frames of each kind, with and without a lesion, weighing the same."
)


def fit_presence(found: Sequence[Outlined], classifier: str) -> LesionPresence | None:
    """What both answers are worth together on `found`, for the classifier whose weights have that SHA-256.

    None where `found` has fewer than `LEAST_NORMALS` images of normals: then the classifier is asked alone.
    """
    whole = [one for one in found if one.kind in ("lesion", "normal")]
    shows = np.array([one.kind == "lesion" for one in whole])
    if shows.all() or (~shows).sum() < LEAST_NORMALS:
        return None
    answers = np.array([[1.0, log_odds(one.lesion), one.surest] for one in whole])
    weight = np.where(shows, 0.5 / shows.mean(), 0.5 / (~shows).mean())

    def loss(slopes: NDArray) -> float:
        odds = answers @ slopes
        lost = np.logaddexp(0, np.where(shows, -odds, odds))
        return float((weight * lost).mean() + _RIDGE * ((slopes[1:] - [1, 0]) ** 2).sum())

    limits = [(-50.0, 50.0), (0.0, _STEEPEST), (0.0, _STEEPEST)]
    slopes = minimize(loss, np.array([0.0, 1.0, 0.0]), method="L-BFGS-B", bounds=limits).x
    constant, classified, outlined = (round(float(value), _DIGITS) for value in slopes)
    presence = LesionPresence(classifier, constant, classified, outlined, normal_below=0.0)
    reached = [one.lesion for one in with_presence(whole, presence) if one.kind == "lesion"]
    return replace(presence, normal_below=choose_normal_below(np.array(reached)))


def with_presence(found: Sequence[Outlined], presence: LesionPresence | None) -> list[Outlined]:
    """What was found, with the probability of a lesion as both networks give it; as it is without `presence`."""
    if presence is None:
        return list(found)
    return [replace(one, lesion=presence.probability(one.lesion, one.surest)) for one in found]
