"""Every figure that a card may show, from per-image rows alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.report.atomic import atomic_file

from ..rows.row import Row
from .classification import Classified, classification_figures
from .failures import failures
from .intervals import Sample
from .segmentation import MISSED_DICE, explanation_figures, segmentation_figures
from .strata import stratify


def figures_of(rows: Sequence[Row]) -> dict[str, Any]:
    """The figures of every data set by its name, and what was measured under ``run``.

    Test sets are never pooled over data sets. Rows of several runs (folds, seeds) are pooled, with each figure's
    mean and standard deviation over the runs beside it. Raises InputError where an image comes twice from the same
    weights, or rows of a leaking run lie beside others.
    """
    _refuse_mixtures(rows)
    names = dict.fromkeys(row.dataset for row in rows)
    return {
        **({"leak": rows[0].leak} if rows and rows[0].leak else {}),
        "run": run_of(rows),
        "datasets": {name: _dataset([row for row in rows if row.dataset == name]) for name in names},
    }


def write_figures(figures: dict[str, Any], path: Path) -> None:
    """Write `figures` as JSON. Raises OutputError."""
    with atomic_file(path) as temporary:
        temporary.write_text(json.dumps(figures, indent=2, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")


def read_figures(path: Path, part: str = "datasets", command: str = "evaluate") -> dict[str, Any]:
    """What `write_figures` wrote for a command, whose figures stand under `part`. Raises InputError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document[part], dict) or not isinstance(document["run"], dict):
            raise TypeError(f"it has no {part}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the figures cannot be read ({error})",
            where=path,
            remedy=f"Give the JSON file of figures that 'python -m Training {command}' wrote",
        ) from error
    return document


def _dataset(rows: Sequence[Row]) -> dict[str, Any]:
    refused = np.array([row.refused for row in rows], dtype=float)
    sample = Sample([row.group for row in rows], [row.classifier for row in rows])
    return {
        "images": len(rows),
        "groups": len({row.group for row in rows}),
        "across": all(row.dataset not in row.trained_on.split("+") for row in rows),
        "refused": sample.measured(lambda i: float(refused[i].mean())),
        "classification": classification_figures(rows),
        "segmentation": segmentation_figures(rows),
        "explanation": explanation_figures(rows),
        "strata": _strata(rows),
        "failures": failures(rows),
    }


def _strata(rows: Sequence[Row]) -> dict[str, Any]:
    return {
        name: {value: _stratum([rows[index] for index in members]) for value, members in values.items()}
        for name, values in stratify(rows).items()
    }


def _stratum(rows: Sequence[Row]) -> dict[str, Any]:
    found = Classified([row for row in rows if row.classified])
    lesions = found.lesions
    outlined = [row for row in rows if row.segmented and row.true_area_px]
    sample = Sample([row.group for row in outlined], [row.segmenter for row in outlined])
    dice = np.array([row.dice for row in outlined])
    return {
        "images": len(rows),
        "malignancy_auc": lesions.sample.measured(lesions.malignancy_auc),
        "accuracy": found.sample.measured(found.accuracy),
        "dice": sample.measured(lambda i: float(dice[i].mean())),
        "lesions_missed": sample.measured(lambda i: float((dice[i] < MISSED_DICE).mean())),
    }


def run_of(rows: Sequence[Row]) -> dict[str, Any]:
    """What was measured: weights, parts, folds and training data, each once, and the number of rows."""

    def all_of(name: str) -> list[Any]:
        return [value for value in dict.fromkeys(getattr(row, name) for row in rows) if value != ""]

    return {
        "classifiers": all_of("classifier"),
        "segmenters": all_of("segmenter"),
        "parts": all_of("part"),
        "folds": all_of("fold"),
        "trained_on": all_of("trained_on"),
        "images": len(rows),
    }


def _refuse_mixtures(rows: Sequence[Row]) -> None:
    seen = set()
    for row in rows:
        key = row.dataset, row.name, row.classifier, row.segmenter
        if key in seen:
            raise InputError(f"the image '{row.name}' comes twice", remedy="Give every table once")
        seen.add(key)
    if len({row.leak for row in rows}) > 1:
        raise InputError(
            "some rows are of a run that leaks the truth and some are not", remedy="Give one kind of table alone"
        )
