"""Measure a pair of bundles through the product's own path: ``python -m Training.evaluate --data FOLDER``."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from BreastUSAILib.engine.analysis import Label
from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundle import SHIPPED, Models, load_default_models
from BreastUSAILib.engine.errors import BreastUSAIError
from BreastUSAILib.engine.frames import Frames, InputKind

from . import metrics
from .datasets import CLASS_NAMES, Example, Part, load_examples

SEED = 20261121
MISSED_DICE = 0.1


@dataclass(frozen=True)
class Row:
    """What one image gave. Probabilities and Dice are NaN where there are none."""

    name: str
    dataset: str
    group: str
    label: str
    verdict: str
    normal: float
    benign: float
    malignant: float
    dice: float
    predicted_area_px: int
    heat_peak_in_lesion: bool


def frames_of(example: Example) -> Frames:
    """An example as the product reads it: the image alone, nothing of its label or mask."""
    grey = example.grey()
    return Frames(example.name, InputKind.STILL, 1, grey.shape[0], grey.shape[1], False, lambda index: grey)


def run(models: Models, examples: list[Example]) -> list[Row]:
    """Analyse every example."""
    analyzer = Analyzer(models, "auto")
    return [_row(analyzer, example) for example in track(examples, "Analysing", disable=not sys.stderr.isatty())]


def _row(analyzer: Analyzer, example: Example) -> Row:
    frames = frames_of(example)
    analysis = analyzer.analyze(frames)
    found = analysis.verdict.probabilities
    if found is None:
        blank = float("nan")
        return Row(example.name, example.dataset, example.group, example.label, analysis.verdict.label.value,
                   blank, blank, blank, blank, 0, False)  # fmt: skip
    mask = analysis.maps.labels(0) > 0
    truth = example.mask_array((frames.rows, frames.columns))
    heat = analysis.maps.heat_map(0)
    peak = np.unravel_index(int(heat.argmax()), heat.shape)
    return Row(
        example.name,
        example.dataset,
        example.group,
        example.label,
        analysis.verdict.label.value,
        found.normal,
        found.benign,
        found.malignant,
        metrics.dice(mask, truth) if truth.any() else float("nan"),
        int(mask.sum()),
        bool(truth[peak]),
    )


def summarise(rows: list[Row]) -> dict[str, Any]:
    """Every figure of the card by data set, with 95 % intervals by patient or near-duplicate group."""
    names = sorted({row.dataset for row in rows})
    return {name: _figures([row for row in rows if row.dataset == name]) for name in names}


def _figures(rows: list[Row]) -> dict[str, Any]:
    refused = [row for row in rows if row.verdict == Label.REJECTED.value]
    rows = [row for row in rows if row.verdict != Label.REJECTED.value]
    lesions = [row for row in rows if row.label != "normal"]
    normals = [row for row in rows if row.label == "normal"]
    scores = np.array([row.malignant for row in lesions])
    truth = np.array([row.label == "malignant" for row in lesions])
    overlap = np.array([row.dice for row in lesions])
    groups = [row.group for row in lesions]
    chosen = np.array([[row.normal, row.benign, row.malignant] for row in rows]).argmax(axis=1)
    labels = np.array([CLASS_NAMES.index(row.label) for row in rows])
    matrix = np.zeros((3, 3), dtype=int)
    np.add.at(matrix, (labels, chosen), 1)
    decided = np.array([row.verdict != Label.UNDETERMINED.value for row in rows])
    return {
        "images": len(rows),
        "refused": len(refused),
        "malignancy_auc": metrics.auc(scores, truth),
        "malignancy_auc_95": metrics.interval(lambda i: metrics.auc(scores[i], truth[i]), groups, seed=SEED),
        "sensitivity_at_90_specificity": metrics.sensitivity_at_specificity(scores, truth, 0.90),
        "specificity_at_95_sensitivity": metrics.specificity_at_sensitivity(scores, truth, 0.95),
        "malignancy_ece": metrics.expected_calibration_error(scores, truth),
        "malignancy_brier": float(np.mean((scores - truth) ** 2)),
        "accuracy": float((chosen == labels).mean()),
        "confusion_rows_truth_normal_benign_malignant": matrix.tolist(),
        "decided_share": float(decided.mean()),
        "decided_accuracy": float((chosen == labels)[decided].mean()),
        "dice_mean": float(overlap.mean()),
        "dice_mean_95": metrics.interval(lambda i: float(overlap[i].mean()), groups, seed=SEED),
        "dice_median": float(np.median(overlap)),
        "lesions_missed": float((overlap < MISSED_DICE).mean()),
        "normals": len(normals),
        "normals_with_a_lesion_found": float(np.mean([row.predicted_area_px > 0 for row in normals]))
        if normals
        else None,
        "heat_peak_in_lesion": float(np.mean([row.heat_peak_in_lesion for row in lesions])),
    }


def write_rows(rows: list[Row], path: Path) -> None:
    """The per-image table that every figure can be recomputed from."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with BUS-BRA and BUSI")
    parser.add_argument("--models", type=Path, default=SHIPPED, help="folder with the two bundles")
    parser.add_argument("--part", choices=[part.value for part in Part], default=Part.TEST.value)
    parser.add_argument("--output", type=Path, help="where to write the per-image CSV")
    given = parser.parse_args(arguments)
    try:
        examples = [example for example in load_examples(given.data) if example.part.value == given.part]
        rows = run(load_default_models(given.models), examples)
    except BreastUSAIError as error:
        print(error, file=sys.stderr)
        return 1
    if given.output is not None:
        write_rows(rows, given.output)
    print(json.dumps(summarise(rows), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
