"""Small untrained bundles, written once a session, for facts that do not depend on the weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from BreastUSAILib.engine.bundle import Models, load_default_models
from BreastUSAILib.engine.frames import Frames, InputKind
from BreastUSAILib.engine.prepare import Preprocessing
from Training.bundle_writer import BundleContent, write_bundle
from Training.tasks import TASKS

SMALL = Preprocessing(size=64, low_percentile=1.0, high_percentile=99.5, mean=0.449, std=0.226)
SETTINGS = {
    "classifier": {
        "calibration": {
            "temperature": 1.5,
            "slope_variance": 0.02,
            "intercept_variance": 0.05,
            "covariance": 0.0,
            "least_confidence": 0.5,
        },
        "explanation_layer": "_blocks.6",
    },
    "segmenter": {"threshold": 0.5, "smallest_lesion": 0.0005, "withhold_above": 0.9},
}


def write_untrained(task_name: str, folder: Path) -> Path:
    """An untrained bundle of a shipped architecture at a small input size."""
    task = TASKS[task_name]
    torch.manual_seed(7)
    content = BundleContent(
        name=task.name,
        version="0.0.1",
        task=task.kind,
        description="Untrained, for tests.",
        network=task.network,
        preprocessing=SMALL,
        card="# Untrained\n",
        settings=SETTINGS[task_name],
    )
    return write_bundle(content, task.build(None).state_dict(), folder)


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained classifier and segmenter bundle."""
    folder = tmp_path_factory.mktemp("bundles")
    for name in TASKS:
        write_untrained(name, folder)
    return folder


@pytest.fixture(scope="session")
def untrained(bundle_folder: Path) -> Models:
    """The untrained pair, loaded."""
    return load_default_models(bundle_folder)


def speckle_frames(count: int = 1, rows: int = 120, columns: int = 160, seed: int = 0) -> Frames:
    """Frames of lateral-smeared speckle, enough like B-mode for every check to let them pass."""
    generator = np.random.default_rng(seed)
    noise = generator.rayleigh(40, size=(count, rows, columns + 8))
    smeared = np.lib.stride_tricks.sliding_window_view(noise, 5, axis=2).mean(axis=-1)[:, :, :columns]
    pixels = np.clip(smeared * 1.6, 0, 255).astype(np.uint8)
    kind = InputKind.STILL if count == 1 else InputKind.CINE
    return Frames("speckle", kind, count, rows, columns, False, lambda index: pixels[index])
