"""A table per method from rows alone: energy, pointing game, deletion and insertion, time; and the thresholds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from BreastUSAILib.engine.explanations.grading.thresholds import GradeThresholds
from BreastUSAILib.engine.findings.grades import EnergyShare

from ..figures.figures import read_figures
from ..figures.intervals import Indices, Sample
from ..presentation.wording import number, with_interval
from .rows import MapRow

PART = "explanations"
COMMAND = "explanations"
MEASURES: Mapping[str, Callable[[MapRow], float]] = {
    "energy_ratio": lambda row: _ratio(row.grades.lesion),
    "energy_in_lesion": lambda row: 0.0 if row.grades.lesion is None else row.grades.lesion.energy,
    "energy_in_lesion_and_band": lambda row: (
        0.0 if row.grades.lesion_and_band is None else row.grades.lesion_and_band.energy
    ),
    "pointing_hit": lambda row: float(bool(row.grades.points_at_lesion)),
    "pointing_hit_with_band": lambda row: float(bool(row.grades.points_at_band)),
    "deletion": lambda row: row.areas.deletion,
    "insertion": lambda row: row.areas.insertion,
    "gain_over_random_order": lambda row: row.gain,
}
"""Of each row a number; the figure is their mean. A map of zeros has no energy in the lesion and points nowhere."""

HEADINGS = (
    *("method", "energy in lesion over area", "highest point in the lesion", "in it or the band behind it"),
    *("deletion", "insertion", "gain over a random order", "time, in passes"),
)
_SHOWN = ("energy_ratio", "pointing_hit", "pointing_hit_with_band", "deletion", "insertion", "gain_over_random_order")

RULE = (
    "least_energy_ratio: what 95 % of maps stay below that have the values of this model's maps in other places, at "
    "least 1. most_marks, most_outside: what 95 % of its maps stay below, at least 0.1. least_gain: 0, that is no "
    "worse than an order that knows nothing."
)
_LEAST_SHARE = 0.1


def figures_of_maps(rows: Sequence[MapRow], run: Mapping[str, Any], own: str) -> dict[str, Any]:
    """The figures of every data set and method; `own` is the method of the bundle, whose thresholds are chosen."""
    found: dict[str, dict[str, Any]] = {}
    for dataset in dict.fromkeys(row.dataset for row in rows):
        there = [row for row in rows if row.dataset == dataset]
        methods = dict.fromkeys(row.grades.method for row in there)
        found[dataset] = {
            "across": there[0].across,
            "methods": {
                method: _of_method([row for row in there if row.grades.method == method]) for method in methods
            },
        }
    thresholds = choose_thresholds([row for row in rows if row.grades.method == own])
    return {
        "run": dict(run),
        PART: found,
        "thresholds": {"rule": RULE, **vars(thresholds)},
        "failing": failing(rows, thresholds, own),
    }


def choose_thresholds(rows: Sequence[MapRow]) -> GradeThresholds:
    """By `RULE`, from maps of one method; without any where there are none."""
    shuffled = [ratio for row in rows for ratio in row.shuffled]
    if not shuffled:
        return GradeThresholds()
    return GradeThresholds(
        least_energy_ratio=round(max(float(np.quantile(shuffled, 0.95)), 1.0), 3),
        most_marks=_most([row.grades.marks for row in rows]),
        most_outside=_most([row.grades.outside for row in rows]),
        least_gain=0.0,
    )


def failing(rows: Sequence[MapRow], thresholds: GradeThresholds, own: str) -> dict[str, dict[str, float]]:
    """By data set the share of the maps of one method that fail each grade; the gain is not among them."""
    shares: dict[str, dict[str, float]] = {}
    for dataset in dict.fromkeys(row.dataset for row in rows):
        there = [row for row in rows if row.dataset == dataset and row.grades.method == own]
        words = [thresholds.failed(row.grades) for row in there]
        every = sorted({word for one in words for word in one})
        shares[dataset] = {word: float(np.mean([word in one for one in words])) for word in every}
    return shares


def read_explanations(path: Path) -> dict[str, Any]:
    """What the command wrote. Raises InputError."""
    return read_figures(path, PART, COMMAND)


def table_rows(figures: Mapping[str, Any], dataset: str) -> list[list[str]]:
    """The lines below `HEADINGS` of one data set."""
    methods = figures[PART][dataset]["methods"]
    return [
        [method, *(with_interval(found[name]) for name in _SHOWN), f"{number(found['passes'])}"]
        for method, found in methods.items()
    ]


def _of_method(rows: Sequence[MapRow]) -> dict[str, Any]:
    sample = Sample([row.group for row in rows], [""] * len(rows))
    figures: dict[str, Any] = {"images": len(rows), "empty": float(np.mean([row.grades.is_empty for row in rows]))}
    for name, measure in MEASURES.items():
        values = np.array([measure(row) for row in rows])
        figures[name] = sample.measured(_mean_of(values))
    figures["passes"] = float(np.median([row.milliseconds / row.pass_milliseconds for row in rows]))
    return figures


def _mean_of(values: np.ndarray) -> Callable[[Indices], float]:
    return lambda chosen: float(values[chosen].mean())


def _ratio(share: EnergyShare | None) -> float:
    return 0.0 if share is None or share.ratio is None else share.ratio


def _most(shares: Sequence[EnergyShare | None]) -> float:
    energies = [share.energy for share in shares if share is not None] or [0.0]
    return round(max(float(np.quantile(energies, 0.95)), _LEAST_SHARE), 3)
