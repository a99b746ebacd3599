"""What tests of engine and training make up alike: a small input, a calibration, speckle, and a pair of bundles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.bundles.bundle import Models, default_bundles, load_classifier, load_segmenter
from BreastUSAILib.engine.preparing.prepare import Preprocessing

SMALL = Preprocessing(size=64, low_percentile=1.0, high_percentile=99.5, mean=0.449, std=0.226)
CALIBRATION = {
    "temperature": 1.5,
    "slope_variance": 0.02,
    "intercept_variance": 0.05,
    "covariance": 0.0,
    "least_confidence": 0.5,
}


def speckle(seed: int, rows: int, columns: int, count: int = 1) -> NDArray[np.uint8]:
    """Lateral-smeared speckle ``[count, rows, columns]``, enough like B-mode for every check to let it pass."""
    noise = np.random.default_rng(seed).rayleigh(40, size=(count, rows, columns + 8))
    smeared = np.lib.stride_tricks.sliding_window_view(noise, 5, axis=2).mean(axis=-1)[:, :, :columns]
    return np.clip(smeared * 1.6, 0, 255).astype(np.uint8)


def load_pair(folder: Path) -> Models:
    """The first classifier and the first segmenter of a folder of made-up bundles, by name."""
    by_task = default_bundles(folder)
    return Models(load_classifier(by_task["classification"]), load_segmenter(by_task["segmentation"]))
