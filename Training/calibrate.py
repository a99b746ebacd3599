"""Turning a classifier's raw probabilities on held-out patients into its `Calibration`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.classifier import Calibration

from . import metrics
from .datasets import CLASS_NAMES
from .evaluate import SEED, Row

RAW = Calibration(temperature=1.0, slope_variance=0.0, intercept_variance=0.0, covariance=0.0, least_confidence=0.0)
UNDETERMINED_SHARE = 0.10  # of held-out images: the least confident tenth gets no class


def fit_calibration(rows: Sequence[Row]) -> Calibration:
    """Fit on rows that were measured with `RAW`: temperature, interval and undetermined band."""
    logits = np.log(np.clip([[row.normal, row.benign, row.malignant] for row in rows], 1e-9, 1))
    labels = np.array([CLASS_NAMES.index(row.label) for row in rows])
    groups = [row.group for row in rows]
    temperature = metrics.fit_temperature(logits, labels)
    plain = Calibration(temperature, 0.0, 0.0, 0.0, 0.0)
    probabilities: NDArray[np.float64] = plain.probabilities(logits)
    covariance = metrics.recalibration_covariance(probabilities[:, 2], labels == 2, groups, seed=SEED)
    return Calibration(
        temperature=round(temperature, 4),
        slope_variance=round(float(covariance[0, 0]), 6),
        intercept_variance=round(float(covariance[1, 1]), 6),
        covariance=round(float(covariance[0, 1]), 6),
        least_confidence=round(float(np.quantile(probabilities.max(axis=1), UNDETERMINED_SHARE)), 4),
    )
