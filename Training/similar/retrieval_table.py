"""The figures of retrieval as tables, in Markdown and on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..measure.figures.figures import read_figures
from ..measure.presentation.wording import NONE, with_interval
from ..recipes.recipe import Recipe

FILE = Path("similar") / "figures.json"
"""Where the figures lie below a recipe's folder of results."""

COLUMNS = ("P@1", "P@5", "P@10", "mAP", "vote", "nDCG")
HEADING = ("held out", "images", "found by", "P@1", "P@5", "P@5 benign", "P@5 malignant", "P@10", "mAP", "vote", "nDCG")


def similar_table(recipes: Iterable[Recipe], results: Path) -> list[str]:
    """The table of every recipe measured so, Markdown. Raises InputError for a file that does not hold figures."""
    lines: list[str] = []
    for recipe in recipes:
        path = results / recipe.name / FILE
        if path.is_file():
            figures = read_figures(path)
            lines += [f"{recipe.title} (`{recipe.name}`): `{figures['command']}`", "", *markdown(figures), ""]
    explained = (
        "P@k: the share of the k nearest cases, one a patient, that have the image's class; vote: most of the nearest "
        "five have it; nDCG: of the nearest ten, by BI-RADS category. The library holds the training part alone. "
        "Beside *network* stands the accuracy of the classifier itself on the same images, beside *chance* the share "
        "of the class in the library."
    )
    return ["### Similar past cases", "", explained, "", *lines] if lines else []


def markdown(figures: Mapping[str, Any]) -> list[str]:
    """One table."""
    rows = [HEADING, ["---"] * len(HEADING), *table_rows(figures)]
    return ["| " + " | ".join(row) + " |" for row in rows]


def table_rows(figures: Mapping[str, Any]) -> list[list[str]]:
    """A row for each way of finding cases, of each data set."""
    rows = []
    for name, found in figures["datasets"].items():
        for way, measured in found["by"].items():
            by_class = measured["P@5"]["classes"]
            of_classes = [_share(by_class.get(label)) for label in ("benign", "malignant")]
            p1, p5, *others = (_share_with_interval(measured[column]) for column in COLUMNS)
            rows.append([name, str(found["images"]), way, p1, p5, *of_classes, *others])
        for way, key in (("chance", "random"), ("network", "network")):
            classes = found[key]["classes"]
            of_classes = [_share(classes.get(label)) for label in ("benign", "malignant")]
            rows.append(
                [name, str(found["images"]), way, _share_with_interval(found[key]), NONE, *of_classes, *[NONE] * 4]
            )
    return rows


def _share_with_interval(measured: Mapping[str, Any]) -> str:
    return with_interval(measured) if measured.get("interval_95") else _share(measured["value"])


def _share(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}".removeprefix("0")
