"""What the descriptors of outlines say of malignancy, fitted on collections that no network was trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from BreastUSAILib.engine.lesions.descriptors.evidence import evidence_measures
from BreastUSAILib.engine.models.calibration import log_odds
from BreastUSAILib.engine.models.descriptor_evidence import MEASURES, DescriptorEvidence, Term

from .outlined import Outlined

LEAST = 30  # lesions of each class, with an outline: with fewer, slopes would be guesses
_RIDGE = 3e-3  # on slopes per standard deviation, in nats
_SEEN = (1.0, 99.0)  # percentiles of a measure between which it counts as it is
_LEAST_WEIGHT, _MOST_WEIGHT = 0.05, 3.0
_DIGITS = 4
RULE = (
    "The likelihood of malignancy is that of classifier and descriptors together: the log-odds of a logistic "
    "regression on the descriptors' measures, fitted by itself, are added to the classifier's, and the sum is "
    "multiplied by a weight that makes it read as a frequency; every collection and each class counted the same."
)


def fit_evidence(found: Sequence[Outlined], classifier: str) -> DescriptorEvidence | None:
    """What the descriptors are worth beside the classifier whose weights have that SHA-256.

    None with fewer than `LEAST` outlined lesions of a class.
    """
    judged = [(one, evidence_measures(one.measures or {})) for one in found if one.malignant is not None]
    lesions = [(one, measures) for one, measures in judged if measures is not None]
    malignant = np.array([bool(one.malignant) for one, _ in lesions], dtype=bool)
    if min(np.count_nonzero(malignant), np.count_nonzero(~malignant)) < LEAST:
        return None
    counts = Counter((one.dataset, one.malignant) for one, _ in lesions)
    weights = np.array([1 / counts[one.dataset, one.malignant] for one, _ in lesions])
    weights /= weights.mean()
    table = np.array([[measures[name] for name in MEASURES] for _, measures in lesions])
    low, high = np.percentile(table, _SEEN, axis=0)
    table = np.clip(table, low, high)
    middle, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    shift, *slopes = _fitted(np.column_stack([np.ones(len(table)), (table - middle) / spread]), malignant, weights)
    slopes = np.array(slopes) / spread
    terms = {
        name: Term(*(round(float(value), _DIGITS) for value in each))
        for name, *each in zip(MEASURES, slopes, low, high, strict=True)
    }
    evidence = DescriptorEvidence(classifier, float(shift - slopes @ middle), terms, weight=1.0)
    both = np.array([log_odds(one.likelihood) + evidence.log_odds(measures) for one, measures in lesions])
    constant, weight = _fitted(np.column_stack([np.ones(len(both)), both]), malignant, weights, ridge=0.0)
    weight = min(max(float(weight), _LEAST_WEIGHT), _MOST_WEIGHT)
    constant = evidence.constant + float(constant) / weight
    return replace(evidence, constant=round(constant, _DIGITS), weight=round(weight, _DIGITS))


def _fitted(
    columns: NDArray[np.float64], malignant: NDArray[np.bool_], weights: NDArray[np.float64], ridge: float = _RIDGE
) -> NDArray[np.float64]:
    """Coefficients of a logistic regression on ``[N, K]``, the first column's without ridge."""

    def loss(slopes: NDArray) -> float:
        odds = columns @ slopes
        lost = np.logaddexp(0, np.where(malignant, -odds, odds))
        return float((weights * lost).mean() + ridge * (slopes[1:] ** 2).sum())

    found: NDArray[np.float64] = minimize(loss, np.zeros(columns.shape[1]), method="L-BFGS-B").x
    return found
