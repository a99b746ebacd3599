"""The figures of leaving each collection out in turn, and their table: what may be expected on a new scanner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...data.reserved import RESERVED
from ...recipes.recipe import Recipe
from ..figures.classification import Classified
from ..figures.figures import figures_of, read_figures
from ..figures.intervals import Sample
from ..figures.metrics import expected_calibration_error
from ..figures.segmentation import MISSED_DICE
from ..rows.row import Row
from .wording import NONE, look_up, spread, with_interval

FILE = Path("left-out") / "figures.json"
"""Where the figures lie below a recipe's folder of results."""

POOLED = "pooled over the left-out collections"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "malignant called normal": ("classification", "called_normal", "malignant"),
    "lesions missed": ("segmentation", "lesions_missed"),
    "normals outlined": ("segmentation", "normals_with_a_lesion_found"),
    "normals called normal": ("classification", "called_normal", "normal"),
    "AUC": ("classification", "malignancy_auc"),
    "Dice": ("segmentation", "dice"),
    "ECE": ("classification", "malignancy_ece"),
}
"""Columns of the table, what is worst to get wrong first, and where each lies in a collection's figures."""


def left_out_figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Figures of each collection by pairs that do not know it, and under ``pooled`` of all that are not reserved."""
    figures = figures_of(rows)
    for name, found in figures["datasets"].items():  # a reserved one was measured by every pair
        found["images"] = len({row.name for row in rows if row.dataset == name})
    return {**figures, "pooled": _pooled([row for row in rows if row.dataset not in RESERVED])}


def left_out_table(recipes: Iterable[Recipe], results: Path) -> list[str]:
    """The table of every recipe measured so, Markdown. Raises InputError for a file that does not hold figures."""
    lines = []
    for recipe in recipes:
        path = results / recipe.name / FILE
        if path.is_file():
            lines += table_of(recipe, read_figures(path))
    return ["### A collection never seen", "", *lines] if lines else []


def table_of(recipe: Recipe, figures: Mapping[str, Any]) -> list[str]:
    """The table of one recipe's `left_out_figures`, Markdown."""
    found = {f"{name}{', never trained on' * (name in RESERVED)}": one for name, one in figures["datasets"].items()}
    rows = [
        [name, str(one["images"]), *(_cell(look_up(one, path)) for path in COLUMNS.values())]
        for name, one in [*found.items(), (POOLED, figures["pooled"])]
    ]
    heading = ["left out", "images", *COLUMNS]
    lines = [heading, ["---"] * len(heading), *rows]
    return [
        f"{recipe.title} (`{recipe.name}`): `{figures['command']}`",
        "",
        *("| " + " | ".join(line) + " |" for line in lines),
        "",
    ]


def _cell(measured: Mapping[str, Any] | None) -> str:
    """Value and interval; of a collection that several pairs measured, mean and standard deviation over these."""
    return spread(measured) if measured and measured.get("runs") else with_interval(measured, NONE)


def _pooled(rows: Sequence[Row]) -> dict[str, Any]:
    classified = Classified([row for row in rows if row.classified])
    lesions = classified.lesions
    outlined = [row for row in rows if row.segmented and row.true_area_px]
    normals = [row for row in rows if row.segmented and row.label == "normal"]
    dice = np.array([row.dice for row in outlined])
    shown = np.array([bool(row.predicted_area_px) for row in normals], dtype=float)

    def over(members: Sequence[Row]) -> Sample:
        return Sample([row.group for row in members], [""] * len(members))

    return {
        "images": len(rows),
        "classification": {
            "called_normal": {
                name: over(classified.rows).measured(classified.share_called_normal(name))
                for name in ("normal", "benign", "malignant")
            },
            "malignancy_auc": over(lesions.rows).measured(lesions.malignancy_auc),
            "malignancy_ece": over(lesions.rows).measured(lesions.over_malignancy(expected_calibration_error)),
        },
        "segmentation": {
            "dice": over(outlined).measured(lambda i: float(dice[i].mean())),
            "lesions_missed": over(outlined).measured(lambda i: float((dice[i] < MISSED_DICE).mean())),
            "normals_with_a_lesion_found": over(normals).measured(lambda i: float(shown[i].mean())),
        },
    }
