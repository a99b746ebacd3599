"""The pixel baseline finds near-duplicates, and nothing where there is nothing to remember."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from BreastUSAILib.engine.errors import InputError
from Testing.made_up import speckle
from Training.data.example import Example, Part
from Training.measure.figures.metrics import auc
from Training.measure.rows.nearest_neighbour import NearestNeighbor, pixel_features


def picture(seed: int) -> np.ndarray:
    return speckle(seed, rows=96, columns=120)[0]


def example(folder: Path, name: str, pixels: np.ndarray, label: str) -> Example:
    Image.fromarray(pixels).save(folder / f"{name}.png")
    return Example(name, "made-up", label, name, Part.TRAIN, folder / f"{name}.png", None, None)


def test_a_brighter_and_larger_copy_is_its_originals_neighbor(tmp_path: Path) -> None:
    training = [example(tmp_path, str(seed), picture(seed), f"label {seed}") for seed in range(20)]
    copy = np.clip(np.kron(picture(7), np.ones((2, 2))) * 0.8 + 30, 0, 255).astype(np.uint8)
    assert NearestNeighbor.fit(training).label(example(tmp_path, "copy", copy, "unknown")) == "label 7"


def test_shuffled_labels_give_chance_even_where_every_test_image_was_trained_on(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    labels = np.array(["benign", "malignant"] * 60)
    images = [generator.integers(0, 255, (32, 32)).astype(np.uint8) for _ in labels]
    examples = [example(tmp_path, str(i), image, labels[i]) for i, image in enumerate(images)]
    told = [replace(one, label=label) for one, label in zip(examples, generator.permutation(labels), strict=True)]
    honest, shuffled = NearestNeighbor.fit(examples), NearestNeighbor.fit(told)
    truth = labels == "malignant"
    assert auc([honest.label(one) == "malignant" for one in examples], truth) == 1
    assert auc([shuffled.label(one) == "malignant" for one in examples], truth) == pytest.approx(0.5, abs=0.12)


def test_a_constant_image_has_no_features_and_a_neighbor_all_the_same(tmp_path: Path) -> None:
    assert not pixel_features(np.full((50, 60), 7, dtype=np.uint8)).any()
    memory = NearestNeighbor.fit([example(tmp_path, "one", picture(1), "benign")])
    assert memory.label(example(tmp_path, "flat", np.full((50, 60), 7, dtype=np.uint8), "normal")) == "benign"


def test_without_training_images_it_says_so() -> None:
    with pytest.raises(InputError, match="no training images"):
        NearestNeighbor.fit([])
