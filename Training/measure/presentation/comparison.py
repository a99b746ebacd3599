"""The one table of all recipes: what each network is, costs and gives, and what was not measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from BreastUSAILib.engine.networks.network_definitions import build_network

from ...recipes.recipe import Recipe
from ..figures.figures import read_figures
from ..latency import forward_pass, latency_ratio
from .wording import NONE, NOT_MEASURED, look_up, number, with_interval

RESULTS = Path(__file__).resolve().parents[2] / "results"
"""Figures files by recipe: ``<recipe>/<anything>.json``, as ``evaluate --output`` writes them."""

_REFERENCE = "efficientnet-b0"
_NEIGHBOR = "pixel 1-nearest-neighbor"
_RANDOM = (
    "What a few passes over some thousand images make of each network from random weights, not what it is worth with "
    "pretrained ones."
)


@dataclass(frozen=True)
class Cell:
    """One measured column of the table: its heading, the data set, whether it is across data sets, and the figure."""

    heading: str
    dataset: str
    across: bool
    path: tuple[str, ...]


CELLS: Mapping[str, tuple[Cell, ...]] = {
    "classification": (
        Cell("AUC, BUS-BRA", "BUS-BRA", False, ("classification", "malignancy_auc")),
        Cell("accuracy of 3 classes, BUSI", "BUSI", False, ("classification", "accuracy")),
        Cell("macro AUC, BUSI", "BUSI", False, ("classification", "macro_auc")),
        Cell("AUC, BUSI unseen", "BUSI", True, ("classification", "malignancy_auc")),
        Cell("AUC, BUS-BRA unseen", "BUS-BRA", True, ("classification", "malignancy_auc")),
    ),
    "segmentation": (
        Cell("Dice, BUS-BRA", "BUS-BRA", False, ("segmentation", "dice")),
        Cell("Dice, BUSI", "BUSI", False, ("segmentation", "dice")),
        Cell("Dice, BUSI unseen", "BUSI", True, ("segmentation", "dice")),
        Cell("Dice, BUS-BRA unseen", "BUS-BRA", True, ("segmentation", "dice")),
    ),
}


def comparison(recipes: Iterable[Recipe], results: Path = RESULTS, *, timed: bool = True) -> list[str]:
    """The tables of classifiers and segmenters, Markdown. Raises InputError for a file that does not hold figures."""
    chosen = list(recipes)
    measured = {recipe.name: read_results(results / recipe.name) for recipe in chosen}
    lines: list[str] = []
    for task, cells in CELLS.items():
        headings = [
            "recipe",
            "parameters",
            "size",
            "CPU time",
            "trained on",
            *(cell.heading for cell in cells),
            "folds",
        ]
        rows: dict[bool, list[list[str]]] = {False: [], True: []}  # by whether they started from random weights
        for recipe in (one for one in chosen if task in one.networks):
            network = _network_cells(recipe, task, timed)
            runs = _runs(measured[recipe.name]) or {("", NONE, NONE): []}
            for (leak, where, folds), found in runs.items():
                row = _row([f"{leak}{network[0]}", *network[1:], where], task, found, folds)
                rows[any(from_random(one) for one in found)].append(row)
        if task == "classification":
            rows[False].append(_neighbor_row([one for found in measured.values() for one in found]))
        for random, members in rows.items():
            if members:
                words = ["#### From random weights", "", _RANDOM, ""] if random else [f"### {task.capitalize()}", ""]
                lines += [*words, _line(headings), "|---" * len(headings) + "|", *map(_line, members), ""]
    return lines


def from_random(result: Mapping[str, Any]) -> bool:
    """Whether the network that was measured was trained from random weights, as the figures say."""
    return "random" in result.get("started_from", ())


def read_results(folder: Path) -> list[dict[str, Any]]:
    """Every figures file of a recipe; runs that leak the truth say so under ``leak`` and are told apart by it."""
    return [read_figures(path) for path in sorted(folder.glob("*.json"))]


def _runs(results: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[Mapping[str, Any]]]:
    """Results together that leak the same (in words, or nothing), are of the same training data and the same folds."""
    runs: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for result in results:
        leak = f"LEAK, {result['leak']}: " if "leak" in result else ""
        trained_on = " and ".join(name.replace("+", " + ") for name in result["run"]["trained_on"]) or "not stated"
        folds = ", ".join(sorted(str(fold) for fold in result["run"]["folds"])) or NONE
        runs.setdefault((leak, trained_on, folds), []).append(result)
    return dict(sorted(runs.items(), key=lambda run: (run[0][0], -len(run[0][1]), run[0][2])))


def _row(first: Sequence[str], task: str, results: Sequence[Mapping[str, Any]], folds: str) -> list[str]:
    return [*first, *(_cell(cell, results) for cell in CELLS[task]), folds]


def _network_cells(recipe: Recipe, task: str, timed: bool) -> list[str]:
    with torch.device("meta"):
        network = build_network(recipe.networks[task])
    count = sum(parameter.numel() for parameter in network.parameters())
    return [
        f"{recipe.title} (`{recipe.name}`)",
        f"{count / 1e6:.1f} M",
        f"{2 * count / 1e6:.1f} MB",
        f"{_time(recipe, task):.1f}" if timed else NONE,
    ]


def _time(recipe: Recipe, task: str) -> float:
    """Against EfficientNet-B0 with an input of 256 pixels."""
    from ...recipes.registry import recipe_named

    reference = recipe_named(_REFERENCE)
    beside = forward_pass(build_network(reference.networks["classification"]), reference.preprocessing.size, 1)
    network = build_network(recipe.networks[task])
    return latency_ratio(network, recipe.preprocessing.size, len(recipe.inputs), beside)


def _cell(cell: Cell, results: Sequence[Mapping[str, Any]]) -> str:
    for result in results:
        found = result["datasets"].get(cell.dataset)
        if found is not None and found["across"] == cell.across:
            value = with_interval(look_up(found, cell.path), missing="")
            if value:
                return value
    return NOT_MEASURED


def _neighbor_row(results: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the nearest training image in plain pixels gives: no figure near it means anything."""
    cells = []
    for cell in CELLS["classification"]:
        path = (cell.path[0], "nearest_neighbour", *cell.path[1:])
        values = (
            look_up(found, path)
            for result in results
            if (found := result["datasets"].get(cell.dataset)) is not None and found["across"] == cell.across
        )
        value = next((value for value in values if value is not None), None)
        cells.append(NOT_MEASURED if value is None else number(value))
    return [_NEIGHBOR, NONE, NONE, NONE, NONE, *cells, NONE]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
