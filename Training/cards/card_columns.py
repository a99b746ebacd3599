"""The measurements that a card shows side by side: one column a data set of a figures file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from BreastUSAILib.engine.errors import InputError

from ..measure.figures.figures import read_figures
from ..measure.presentation.wording import HEADLINES, look_up

_WEIGHTS = {"classification": "classifiers", "segmentation": "segmenters"}


@dataclass(frozen=True)
class Column:
    """One data set of one run.

    Args:
        title: unique on the card.
        figures: of the data set, as `figures_of` gives them.
        remark: weights, split and images, for the line below the table.
        command: what gives the figures again, or None where the file does not say.
    """

    title: str
    figures: Mapping[str, Any]
    remark: str
    command: str | None

    def section(self, name: str) -> Mapping[str, Any] | None:
        """``classification``, ``segmentation`` or ``explanation``; None where it was not measured."""
        found = self.figures.get(name)
        return found if isinstance(found, Mapping) else None


def read_columns(paths: Sequence[Path], task: str, words: str) -> list[Column]:
    """The columns of every figures file, in order.

    Args:
        paths: files that `evaluate` wrote.
        task: the bundle's task.
        words: the bundle's ``name version sha256[:12]``, by which its own figures are told from others'.

    Raises InputError for a file that cannot be read, or one of a run that leaked the truth.
    """
    columns: list[Column] = []
    for path in paths:
        document = read_figures(path)
        if "leak" in document:
            raise InputError(
                f"these figures are of a run that leaks ({document['leak']})",
                where=path,
                remedy="Leave them out of the card",
            )
        columns += [
            _column(name, found, document, task, words)
            for name, found in document["datasets"].items()
            if found.get(task) is not None
        ]
    titles = [column.title for column in columns]
    return [
        replace(column, title=f"{column.title} ({titles[: place + 1].count(column.title)})")
        if titles.count(column.title) > 1
        else column
        for place, column in enumerate(columns)
    ]


def headline_values(column: Column, task: str) -> dict[str, Any]:
    """Headlines of the task as flat numbers for the metadata, each with its interval under ``..._95``."""
    values: dict[str, Any] = {}
    for path in HEADLINES.values():
        measured = look_up(column.figures, path)
        if path[0] in (task, "refused") and measured is not None and measured["value"] is not None:
            name = "_".join(path[1:] or path)
            values |= {name: measured["value"], f"{name}_95": measured["interval_95"]}
    return values


def _column(name: str, found: Mapping[str, Any], document: Mapping[str, Any], task: str, words: str) -> Column:
    run = document["run"]
    weights = run[_WEIGHTS[task]]
    folds, parts = _join(run["folds"]), _join(run["parts"])
    title = f"{name}, across data sets" if found["across"] else f"{name}, fold{'s' * (len(run['folds']) > 1)} {folds}"
    if run["parts"] != ["test"]:
        title += f", {parts} part"
    whose = "this bundle" if weights == [words] else f"not this bundle but {_join(weights)}"
    if len(weights) > 1:
        whose = f"{len(weights)} trainings of the same kind, pooled: {_join(weights)}"
    remark = (
        f"{found['images']} images of {found['groups']} patients or groups; {whose}; "
        f"trained on {_join(one.replace('+', ' and ') for one in run['trained_on']) or 'data that it does not name'}"
    )
    return Column(title, found, remark, document.get("command"))


def _join(values: Any) -> str:
    return ", ".join(str(value) for value in values)
