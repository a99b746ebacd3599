"""The figures as a table on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ...data.example import CLASS_NAMES
from .wording import HEADLINES, NEIGHBORS, NONE, STRATUM_FIGURES, interval, look_up, number, spread, with_interval


def print_figures(figures: Mapping[str, Any], console: Console) -> None:
    """Every data set's headlines with interval, n and baseline, then its confusion matrix and strata."""
    run = figures["run"]
    for what in (*run["classifiers"], *run["segmenters"]):
        console.print(Text(what))
    for name, found in figures["datasets"].items():
        console.print(headline_table(name, found, figures.get("leak")))
        if found["classification"] is not None:
            console.print(confusion_table(found["classification"]))
        if found["strata"]:
            console.print(strata_table(found["strata"]))
    if "leak" in figures:
        console.print(Text(f"LEAK: {figures['leak']}. These are no results.", style="bold red"))


def headline_table(name: str, found: Mapping[str, Any], leak: str | None) -> Table:
    """Value, 95 % interval, images and pixel 1-NN of every headline that was measured."""
    place = "across data sets" if found["across"] else "internal"
    title = f"{name}: {found['images']} images of {found['groups']} patients or groups, {place}"
    table = Table(title=Text(f"LEAK ({leak}) · {title}" if leak else title), title_justify="left", title_style="bold")
    pooled = any((look_up(found, path) or {}).get("runs") for path in HEADLINES.values())
    for column in ("", "value", "95 % interval", "n", "pixel 1-NN", *(("mean ± sd",) if pooled else ())):
        table.add_column(column, justify="left" if not column else "right")
    neighbor = (found["classification"] or {}).get("nearest_neighbour") or {}
    for words, path in HEADLINES.items():
        measured = look_up(found, path)
        if measured is None or measured["value"] is None:
            continue
        baseline = number(neighbor.get(NEIGHBORS.get(words, "")))
        cells = [words, number(measured["value"]), interval(measured), str(measured["n"]), baseline]
        table.add_row(*cells, *([spread(measured)] if pooled else []))
    for words, point in (found["classification"] or {}).get("operating_points", {}).items():
        for figure, measured in point.items():
            kind, target = words.rsplit("_", 1)
            cells = [f"{figure} at the bundle's point for {target} % {kind}", number(measured["value"])]
            table.add_row(*cells, interval(measured), str(measured["n"]), NONE, *([spread(measured)] if pooled else []))
    return table


def confusion_table(found: Mapping[str, Any]) -> Table:
    """The confusion matrix, truth in rows."""
    table = Table(title="truth \\ most probable class", title_justify="left", title_style="bold")
    table.add_column("")
    for name in CLASS_NAMES:
        table.add_column(name, justify="right")
    for name, counts in zip(CLASS_NAMES, found["confusion"], strict=True):
        table.add_row(name, *(str(count) for count in counts))
    return table


def strata_table(strata: Mapping[str, Any]) -> Table:
    """AUC, accuracy, Dice and missed lesions by stratum."""
    table = Table(title="by stratum (95 % interval)", title_justify="left", title_style="bold")
    table.add_column("")
    for column in ("images", *STRATUM_FIGURES.values()):
        table.add_column(column, justify="right", overflow="fold")
    for name, values in strata.items():
        for value, found in values.items():
            cells = [with_interval(found[figure], NONE) for figure in STRATUM_FIGURES]
            table.add_row(Text(f"{name}: {value}"), str(found["images"]), *cells)
    return table
