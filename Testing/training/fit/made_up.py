"""Made-up training sets: the label is in the picture, so that learning can be seen."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import MappingProxyType

import numpy as np

from Training.data.example import CLASS_NAMES, Example, Part
from Training.data.variants import Variant
from Training.fit.images.batches import TrainingSet
from Training.recipes.recipe import PREPROCESSING, Recipe

SIDE = 64
SMALL = dataclasses.replace(PREPROCESSING, size=SIDE)


def example(number: int, label: str) -> Example:
    return Example(
        name=f"image {number}",
        dataset="made up",
        label=label,
        group=f"patient {number}",
        part=Part.TRAIN,
        image=Path(f"{number}.png"),
        square_image=None,
        mask=None,
        strata=MappingProxyType({"birads": "4", "histology": "cyst"} if label == "malignant" else {}),
    )


def variant(number: int, label: str) -> Variant:
    """Speckle; a lesion is a dark box, a large one if malignant."""
    generator = np.random.default_rng(number)
    image = generator.integers(90, 160, (SIDE, SIDE)).astype(np.uint8)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    reach = {"normal": 0, "benign": 5, "malignant": 11}[label]
    if reach:
        row, column = generator.integers(14, 26, 2)
        mask[row : row + reach, column : column + reach] = 1
        image[mask > 0] = 20
    return Variant(image, mask, CLASS_NAMES.index(label), number, "made up", is_outlined=True)


def training_set(recipe: Recipe, count: int = 24, seed: int = 1) -> TrainingSet:
    labels = [CLASS_NAMES[number % 3] for number in range(count)]
    examples = [example(number, label) for number, label in enumerate(labels)]
    return TrainingSet(examples, [variant(number, label) for number, label in enumerate(labels)], recipe, seed)
