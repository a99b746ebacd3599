"""The figures of a classifier, as functions of probabilities and truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

NAN = float("nan")


def auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Area under the ROC curve (Mann-Whitney, ties halved); NaN where one class is missing."""
    truth = np.asarray(positive, dtype=bool)
    ones, zeros = int(truth.sum()), int((~truth).sum())
    if not ones or not zeros:
        return NAN
    ranks = rankdata(np.asarray(scores, dtype=float))
    return float((ranks[truth].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def macro_auc(probabilities: NDArray, labels: NDArray[np.int64]) -> float:
    """Mean of the one-versus-rest AUCs of every class of ``[N, K]``; NaN where a class is missing."""
    return float(np.mean([auc(probabilities[:, k], labels == k) for k in range(probabilities.shape[1])]))


def accuracy(matrix: NDArray[np.int64]) -> float:
    """Share on the diagonal of a confusion matrix; NaN without any image."""
    total = int(matrix.sum())
    return int(np.trace(matrix)) / total if total else NAN


def confusion(labels: NDArray[np.int64], chosen: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Counts ``[truth, chosen]``."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (labels, chosen), 1)
    return matrix


def threshold_for_sensitivity(scores: ArrayLike, positive: ArrayLike, sensitivity: float) -> float:
    """The highest threshold that calls at least that share of positives positive (score >= threshold).

    It lies half way to the next lower score, or at the score itself where there is none. NaN without positives.
    """
    values, truth = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    positives = np.sort(values[truth])[::-1]
    if not len(positives):
        return NAN
    least = positives[max(int(np.ceil(sensitivity * len(positives) - 1e-9)), 1) - 1]
    below = values[values < least]
    return float((least + below.max()) / 2 if len(below) else least)


def threshold_for_specificity(scores: ArrayLike, positive: ArrayLike, specificity: float) -> float:
    """The lowest threshold that calls at least that share of negatives negative (score < threshold).

    It lies half way between the negative that it must exceed and the next higher score. NaN without negatives.
    """
    values, truth = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    negatives = np.sort(values[~truth])
    if not len(negatives):
        return NAN
    exceeded = negatives[max(int(np.ceil(specificity * len(negatives) - 1e-9)), 1) - 1]
    above = values[values > exceeded]
    return float((exceeded + above.min()) / 2) if len(above) else float(np.nextafter(exceeded, np.inf))


def sensitivity(called: ArrayLike, positive: ArrayLike) -> float:
    """Share of positives that are called positive; NaN without positives."""
    chosen = np.asarray(called, dtype=bool)[np.asarray(positive, dtype=bool)]
    return float(chosen.mean()) if len(chosen) else NAN


def specificity(called: ArrayLike, positive: ArrayLike) -> float:
    """Share of negatives that are not called positive; NaN without negatives."""
    return sensitivity(~np.asarray(called, dtype=bool), ~np.asarray(positive, dtype=bool))


def sensitivity_at_specificity(scores: ArrayLike, positive: ArrayLike, least: float) -> float:
    """Sensitivity at the lowest threshold whose specificity on the same images is at least `least`."""
    values, truth = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    threshold = threshold_for_specificity(values, truth, least)
    return NAN if np.isnan(threshold) else sensitivity(values >= threshold, truth)


def specificity_at_sensitivity(scores: ArrayLike, positive: ArrayLike, least: float) -> float:
    """Specificity at the highest threshold whose sensitivity on the same images is at least `least`."""
    values, truth = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    threshold = threshold_for_sensitivity(values, truth, least)
    return NAN if np.isnan(threshold) else specificity(values >= threshold, truth)


def roc(scores: ArrayLike, positive: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """False-positive rates and sensitivities, from (0, 0) to (1, 1), one point a distinct score."""
    values, truth = np.asarray(scores, dtype=float), np.asarray(positive, dtype=bool)
    order = np.argsort(-values, kind="stable")
    last = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits, alarms = np.cumsum(truth[order])[last], np.cumsum(~truth[order])[last]
    return np.append(0, alarms / max((~truth).sum(), 1)), np.append(0, hits / max(truth.sum(), 1))


def reliability(probabilities: ArrayLike, happened: ArrayLike, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean probability, observed frequency, images) over bins of equal counts."""
    values, truth = np.asarray(probabilities, dtype=float), np.asarray(happened, dtype=float)
    order = np.argsort(values, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    return [(float(values[group].mean()), float(truth[group].mean()), len(group)) for group in groups]


def expected_calibration_error(probabilities: ArrayLike, happened: ArrayLike, bins: int = 10) -> float:
    """Mean gap between probability and frequency over bins of equal counts (Nixon et al. 2019); NaN without images."""
    table = reliability(probabilities, happened, bins)
    total = sum(images for _, _, images in table)
    return sum(images * abs(mean - observed) for mean, observed, images in table) / total if total else NAN


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and error rate when only the most confident images are decided, from the first image to all of them.

    Images of equal confidence enter together, each with their mean error, so that the order of rows does not matter.
    """
    values, truth = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    levels, inverse, counts = np.unique(-values, return_inverse=True, return_counts=True)
    error = np.bincount(inverse, weights=1 - truth, minlength=len(levels)) / np.maximum(counts, 1)
    decided = np.arange(1, len(values) + 1)
    return decided / max(len(values), 1), np.cumsum(np.repeat(error, counts)) / decided


def risk_coverage_area(confidence: ArrayLike, right: ArrayLike) -> float:
    """Mean error rate over all coverages (AURC, Geifman and El-Yaniv 2017); NaN without images."""
    _, risk = risk_coverage(confidence, right)
    return float(risk.mean()) if len(risk) else NAN


def multiclass_brier(probabilities: NDArray, labels: NDArray[np.int64]) -> float:
    """Mean squared distance of ``[N, K]`` to the true class's unit vector, in [0, 2]; NaN without images."""
    if not len(labels):
        return NAN
    return float(((probabilities - np.eye(probabilities.shape[1])[labels]) ** 2).sum(axis=1).mean())
