"""The figures that a model card shows, as functions of per-image results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, logit
from scipy.stats import rankdata


def auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Area under the ROC curve (Mann-Whitney, ties halved); NaN where one class is missing."""
    truth = np.asarray(positive, dtype=bool)
    ones, zeros = int(truth.sum()), int((~truth).sum())
    if not ones or not zeros:
        return float("nan")
    ranks = rankdata(np.asarray(scores, dtype=float))
    return float((ranks[truth].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def dice(predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Dice overlap of two masks; 1 where both are empty."""
    total = int(predicted.sum()) + int(truth.sum())
    return 1.0 if total == 0 else 2 * int((predicted & truth).sum()) / total


def sensitivity_at_specificity(scores: ArrayLike, positive: ArrayLike, specificity: float) -> float:
    """Share of positives above the lowest threshold that keeps at least that share of negatives below it."""
    values, truth = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    negatives = np.sort(values[~truth])
    threshold = negatives[min(int(np.ceil(specificity * len(negatives))), len(negatives)) - 1]
    return float((values[truth] > threshold).mean())


def specificity_at_sensitivity(scores: ArrayLike, positive: ArrayLike, sensitivity: float) -> float:
    """Share of negatives below the highest threshold that keeps at least that share of positives at or above it."""
    values, truth = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    positives = np.sort(values[truth])[::-1]
    threshold = positives[min(int(np.ceil(sensitivity * len(positives))), len(positives)) - 1]
    return float((values[~truth] < threshold).mean())


def expected_calibration_error(probabilities: ArrayLike, positive: ArrayLike, bins: int = 10) -> float:
    """Mean gap between probability and frequency over bins of equal counts (Nixon et al. 2019)."""
    values, truth = np.asarray(probabilities, dtype=float), np.asarray(positive, dtype=float)
    order = np.argsort(values, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    return float(sum(len(group) * abs(values[group].mean() - truth[group].mean()) for group in groups) / len(values))


def interval(
    statistic: Callable[[NDArray[np.int64]], float], groups: ArrayLike, *, seed: int, rounds: int = 1000
) -> tuple[float, float]:
    """95 % bootstrap interval of ``statistic(indices)``, whole groups (patients) drawn with replacement."""
    names, inverse = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(inverse == number) for number in range(len(names))]
    generator = np.random.default_rng(seed)
    draws = (
        np.concatenate([members[i] for i in generator.integers(len(names), size=len(names))]) for _ in range(rounds)
    )
    low, high = np.nanpercentile([statistic(draw) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def fit_temperature(logits: NDArray, labels: NDArray[np.int64]) -> float:
    """The temperature that minimises the negative log-likelihood of logits ``[N, K]``."""

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[np.arange(len(labels)), labels].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.5, 2.5), method="bounded").x))


def recalibration_covariance(
    probabilities: NDArray, positive: NDArray[np.bool_], groups: ArrayLike, *, seed: int, rounds: int = 300
) -> NDArray[np.float64]:
    """Covariance ``[2, 2]`` of (slope, intercept) of a logistic recalibration over bootstrap samples of patients."""
    log_odds = logit(np.clip(probabilities, 1e-6, 1 - 1e-6))
    names, inverse = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(inverse == number) for number in range(len(names))]
    generator = np.random.default_rng(seed)
    coefficients = []
    for _ in range(rounds):
        draw = np.concatenate([members[i] for i in generator.integers(len(names), size=len(names))])
        coefficients.append(_logistic(log_odds[draw], positive[draw].astype(float)))
    return np.cov(np.array(coefficients).T)


def _logistic(log_odds: NDArray, positive: NDArray) -> NDArray[np.float64]:
    """(slope, intercept) of a logistic regression, weakly held at (1, 0) against separable samples."""

    def loss(parameters: NDArray) -> tuple[float, NDArray]:
        slope, intercept = parameters
        linear = slope * log_odds + intercept
        error = expit(linear) - positive
        value = np.logaddexp(0, linear).sum() - (positive * linear).sum() + 0.5 * ((slope - 1) ** 2 + intercept**2)
        return float(value), np.array([error @ log_odds + slope - 1, error.sum() + intercept])

    return minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
