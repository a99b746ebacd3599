"""A made-up data set, untrained bundles and made-up rows, small enough for tests."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from BreastUSAILib.engine.networks.network_definitions import build_network
from Testing.made_up import CALIBRATION, SMALL, speckle
from Training.bundles.record import TrainingRecord
from Training.bundles.writer import BundleContent, write_bundle
from Training.data.example import CLASS_NAMES
from Training.measure.rows.row import Row

CLASSIFIER = {"_target_": "BreastUSAILib.engine.networks.four_layer_cnn.FourLayerCNN"}
SEGMENTER = {
    "_target_": "monai.networks.nets.UNet",
    "spatial_dims": 2,
    "in_channels": 1,
    "out_channels": 1,
    "channels": [4, 8],
    "strides": [2],
}
ROWS, COLUMNS = 96, 120
RECORD = TrainingRecord("four-layer-cnn", 1, 1, ("made-up",), {"train": {"made-up": {"benign": 4}}})


def disc(rows: int = ROWS, columns: int = COLUMNS, radius: int = 18) -> np.ndarray:
    """A disc in the middle, ``[rows, columns]`` bool."""
    row, column = np.mgrid[:rows, :columns]
    return (row - rows // 2) ** 2 + (column - columns // 2) ** 2 < radius**2


def write_data(folder: Path, cases: int = 12, spacing: str = "") -> Path:
    """A CSV data set called made-up: two images a case, the class by turns; a third each train, calibrate and test."""
    lines = []
    for case in range(cases):
        label, part = CLASS_NAMES[case % 3], ("train", "calibration", "test")[case // 3 % 3]
        for view in (0, 1):
            image = speckle(2 * case + view, ROWS, COLUMNS)[0]
            image[disc()] = image[disc()] // (1 + case % 3)
            name = f"{case}_{view}.png"
            Image.fromarray(image).save(folder / name)
            line = {"image": name, "label": label, "mask": "", "group": case, "part": part, "scanner": f"S{case % 2}"}
            if label != "normal":
                Image.fromarray(disc().astype(np.uint8) * 255).save(folder / f"mask_{name}")
                line["mask"] = f"mask_{name}"
            lines.append({**line, "pixel_size_mm": spacing})
    path = folder / "made-up.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


def write_classifier(folder: Path, name: str = "classifier", **changes: Any) -> Path:
    """An untrained classification bundle."""
    content = BundleContent(
        name=name,
        version="0.0.1",
        task="classification",
        description="Untrained, for tests.",
        network=CLASSIFIER,
        preprocessing=SMALL,
        card="# Untrained\n",
        settings={"calibration": CALIBRATION},
        explanation={"method": "Grad-CAM", "layer": "trunk"},
        training=RECORD,
    )
    return _write(replace(content, **changes), folder)


def write_segmenter(folder: Path, name: str = "segmenter", **changes: Any) -> Path:
    """An untrained segmentation bundle."""
    content = BundleContent(
        name=name,
        version="0.0.1",
        task="segmentation",
        description="Untrained, for tests.",
        network=SEGMENTER,
        preprocessing=SMALL,
        card="# Untrained\n",
        settings={"threshold": 0.5, "smallest_lesion": 0.0005},
        training=RECORD,
    )
    return _write(replace(content, **changes), folder)


def _write(content: BundleContent, folder: Path) -> Path:
    torch.manual_seed(7)
    return write_bundle(content, build_network(content.network).state_dict(), folder)


def made_up_rows(count: int = 120, seed: int = 0, skill: float = 1.5, dataset: str = "made-up") -> list[Row]:
    """Rows of a classifier and segmenter of some skill; two images a patient; every tenth refused."""
    generator = np.random.default_rng(seed)
    return [_made_up_row(generator, number, skill, dataset) for number in range(count)]


def _made_up_row(generator: np.random.Generator, number: int, skill: float, dataset: str) -> Row:
    kind = number // 2 % 3
    row = Row(
        name=f"image {number}",
        dataset=dataset,
        group=f"{dataset} {number // 2}",
        label=CLASS_NAMES[kind],
        part="test",
        fold=1,
        trained_on="made-up",
        classifier="classifier 0.0.1 0123456789ab",
        segmenter="segmenter 0.0.1 0123456789ab",
        verdict="rejected",
        refused=True,
        true_area_px=int(generator.integers(200, 4000)) if kind else 0,
        image_area_px=96 * 120,
        strata={"scanner": f"S{number % 3}", "birads": str(2 + number % 4)},
        nearest_neighbour=CLASS_NAMES[int(generator.integers(3))],
    )
    if number % 10 == 9:
        return row
    odds = np.exp(generator.normal(0, 1, 3) + skill * np.eye(3)[kind])
    normal, benign, malignant = (float(value) for value in odds / odds.sum())
    best = max(normal, benign, malignant)
    verdict = CLASS_NAMES[[normal, benign, malignant].index(best)] if best > 0.5 else "undetermined"
    overlap = float(generator.beta(6, 1)) if generator.random() > 0.1 else 0.0
    return replace(
        row,
        verdict=verdict,
        refused=False,
        normal=normal,
        benign=benign,
        malignant=malignant,
        malignancy_low=malignant * 0.8,
        malignancy_high=malignant,
        above_sensitivity_95=malignant > 0.2,
        above_specificity_90=malignant > 0.6,
        predicted_area_px=int(generator.integers(200, 4000)) if kind or generator.random() < 0.3 else 0,
        **(_overlaps(overlap, generator) if kind else {}),
    )


def _overlaps(overlap: float, generator: np.random.Generator) -> dict[str, Any]:
    return {
        "dice": overlap,
        "iou": overlap / (2 - overlap),
        "hd95": float(generator.uniform(1, 20)) if overlap else float("nan"),
        "hd95_unit": "px",
        "heat_peak_in_lesion": bool(generator.random() < 0.5),
        "heat_share_in_lesion": float(generator.random()),
    }


def with_shuffled_labels(rows: Sequence[Row], seed: int) -> list[Row]:
    """The same rows, each with the label of another one."""
    order = np.random.default_rng(seed).permutation(len(rows))
    return [replace(row, label=rows[other].label) for row, other in zip(rows, order, strict=True)]
