"""The figures of the classifier over the rows of one data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.findings.analysis import Label

from ...data.example import CLASS_NAMES
from ..rows.row import Row
from . import metrics
from .intervals import Indices, Sample, Statistic

COVERAGES = tuple(round(0.05 * step, 2) for step in range(1, 21))
POINTS = ("sensitivity_95", "specificity_90")


@dataclass(frozen=True)
class Classified:
    """Rows that have probabilities."""

    rows: Sequence[Row]

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """``[N, 3]``: normal, benign, malignant."""
        return np.array([[row.normal, row.benign, row.malignant] for row in self.rows]).reshape(-1, 3)

    @cached_property
    def labels(self) -> Indices:
        """True classes ``[N]``."""
        return np.array([CLASS_NAMES.index(row.label) for row in self.rows], dtype=np.int64)

    @cached_property
    def chosen(self) -> Indices:
        """Most probable classes ``[N]``."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def decided(self) -> NDArray[np.bool_]:
        """Where the verdict is a class and not *undetermined*."""
        return np.array([row.verdict != Label.UNDETERMINED.value for row in self.rows], dtype=bool)

    @cached_property
    def said(self) -> Indices:
        """The class that the product says ``[N]``; -1 where it says none."""
        return np.array([CLASS_NAMES.index(row.verdict) if row.verdict in CLASS_NAMES else -1 for row in self.rows])

    @cached_property
    def sample(self) -> Sample:
        """For intervals."""
        return Sample([row.group for row in self.rows], [row.classifier for row in self.rows])

    @cached_property
    def lesions(self) -> Classified:
        """Those with a lesion."""
        return Classified([row for row in self.rows if row.label != "normal"])

    @cached_property
    def malignancy(self) -> NDArray[np.float64]:
        """Likelihood of malignancy ``[N]``: of the lesion, given that there is one."""
        return self.probabilities[:, 2] / np.maximum(self.probabilities[:, 1:].sum(axis=1), 1e-12)

    @cached_property
    def lesion(self) -> NDArray[np.float64]:
        """Probability of a lesion ``[N]``."""
        return self.probabilities[:, 1:].sum(axis=1)

    @cached_property
    def called_normal(self) -> NDArray[np.bool_]:
        """Where the product says *normal* ``[N]``."""
        return np.array([row.verdict == Label.NORMAL.value for row in self.rows], dtype=bool)

    def share_called_normal(self, label: str) -> Statistic:
        """Of the images with that true class, the share of which the product says *normal*."""
        own = self.labels == CLASS_NAMES.index(label)
        return lambda indices: float(self.called_normal[indices[own[indices]]].mean()) if own[indices].any() else np.nan

    @cached_property
    def malignant(self) -> NDArray[np.bool_]:
        """Where the lesion is malignant."""
        return self.labels == 2

    def accuracy(self, indices: Indices) -> float:
        """Share whose most probable class is the true one."""
        return metrics.accuracy(metrics.confusion(self.labels[indices], self.chosen[indices], len(CLASS_NAMES)))

    def decided_accuracy(self, indices: Indices) -> float:
        """Share of the images that the product decides of which it says the true class."""
        decided = indices[self.decided[indices]]
        return float((self.said[decided] == self.labels[decided]).mean()) if len(decided) else metrics.NAN

    def malignancy_auc(self, indices: Indices) -> float:
        """AUC of malignant against the rest; only meaningful over lesions."""
        return metrics.auc(self.malignancy[indices], self.malignant[indices])

    def over_malignancy(self, figure: Callable[[NDArray, NDArray], float]) -> Statistic:
        """A figure of (likelihood of malignancy, truth) as a statistic of indices."""
        return lambda indices: figure(self.malignancy[indices], self.malignant[indices])


def classification_figures(rows: Sequence[Row]) -> dict[str, Any] | None:
    """Every figure of the classifier, or None where no row has probabilities."""
    found = Classified([row for row in rows if row.classified])
    if not found.rows:
        return None
    lesions = found.lesions
    everything, over_lesions = found.sample.measured, lesions.sample.measured
    confidence, right = found.probabilities.max(axis=1), found.chosen == found.labels
    return {
        "images": len(found.rows),
        "classes": {name: int((found.labels == k).sum()) for k, name in enumerate(CLASS_NAMES)},
        "called_normal": {name: everything(found.share_called_normal(name)) for name in CLASS_NAMES},
        "malignancy_auc": over_lesions(lesions.malignancy_auc),
        "lesion_auc": everything(lambda i: metrics.auc(found.lesion[i], found.labels[i] > 0)),
        "macro_auc": everything(lambda i: metrics.macro_auc(found.probabilities[i], found.labels[i])),
        "accuracy": everything(found.accuracy),
        "confusion": metrics.confusion(found.labels, found.chosen, len(CLASS_NAMES)).tolist(),
        "sensitivity_at_90_specificity": over_lesions(
            lesions.over_malignancy(lambda p, truth: metrics.sensitivity_at_specificity(p, truth, 0.90))
        ),
        "specificity_at_95_sensitivity": over_lesions(
            lesions.over_malignancy(lambda p, truth: metrics.specificity_at_sensitivity(p, truth, 0.95))
        ),
        "malignancy_ece": over_lesions(lesions.over_malignancy(metrics.expected_calibration_error)),
        "malignancy_brier": over_lesions(lesions.over_malignancy(_brier)),
        "confidence_ece": everything(lambda i: metrics.expected_calibration_error(confidence[i], right[i])),
        "three_class_brier": everything(lambda i: metrics.multiclass_brier(found.probabilities[i], found.labels[i])),
        "reliability": [list(one) for one in metrics.reliability(lesions.malignancy, lesions.malignant)],
        "risk_coverage": {
            "area": everything(lambda i: metrics.risk_coverage_area(confidence[i], right[i])),
            "risk": _risks(confidence, right),
        },
        "decided": {
            "coverage": everything(lambda i: float(found.decided[i].mean())),
            "accuracy": everything(found.decided_accuracy),
        },
        "operating_points": {name: point for name in POINTS if (point := _point(lesions, f"above_{name}"))},
        "majority_accuracy": float(np.bincount(found.labels).max() / len(found.rows)),
        "nearest_neighbour": neighbor_figures(found.rows),
    }


def neighbor_figures(rows: Sequence[Row]) -> dict[str, Any] | None:
    """What the pixel 1-nearest-neighbor scores on the same images; None where it was not asked about all of them."""
    if not all(row.nearest_neighbour for row in rows):
        return None
    chosen = np.array([CLASS_NAMES.index(row.nearest_neighbour) for row in rows])
    labels = np.array([CLASS_NAMES.index(row.label) for row in rows])
    lesion = labels > 0
    figures = {
        "malignancy_auc": metrics.auc(chosen[lesion] == 2, labels[lesion] == 2),
        "macro_auc": metrics.macro_auc(np.eye(len(CLASS_NAMES))[chosen], labels),
        "accuracy": metrics.accuracy(metrics.confusion(labels, chosen, len(CLASS_NAMES))),
        "sensitivity": metrics.sensitivity(chosen[lesion] == 2, labels[lesion] == 2),
        "specificity": metrics.specificity(chosen[lesion] == 2, labels[lesion] == 2),
    }
    return {name: value if np.isfinite(value) else None for name, value in figures.items()}


def _brier(probabilities: NDArray, truth: NDArray) -> float:
    return float(np.mean((probabilities - truth) ** 2)) if len(truth) else metrics.NAN


def _risks(confidence: NDArray, right: NDArray) -> list[list[float]]:
    """(coverage, error rate) at every twentieth."""
    _, risk = metrics.risk_coverage(confidence, right)
    places = [max(round(coverage * len(risk)), 1) - 1 for coverage in COVERAGES]
    return [[coverage, float(risk[place])] for coverage, place in zip(COVERAGES, places, strict=True)]


def _point(lesions: Classified, column: str) -> dict[str, Any] | None:
    """Sensitivity and specificity of one of the bundle's own thresholds; None where it states none."""
    answers = [getattr(row, column) for row in lesions.rows]
    if not answers or None in answers:
        return None
    called = np.array(answers, dtype=bool)
    return {
        "sensitivity": lesions.sample.measured(lambda i: metrics.sensitivity(called[i], lesions.malignant[i])),
        "specificity": lesions.sample.measured(lambda i: metrics.specificity(called[i], lesions.malignant[i])),
    }
