"""The card's sections that show what was measured."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from BreastUSAILib.engine.explanations.explanation import GRAD_CAM

from ..data.example import CLASS_NAMES
from ..measure.figures.strata import OTHER, SIZE_WORDS
from ..measure.presentation.wording import (
    HEADLINES,
    NEIGHBORS,
    NONE,
    NOT_MEASURED,
    STRATUM_FIGURES,
    look_up,
    number,
    spread,
    with_interval,
)
from .card_columns import Column

_STRATA_OF = {"classification": ("malignancy_auc", "accuracy"), "segmentation": ("dice", "lesions_missed")}
_FAILURES_OF = {
    "classification": (
        "malignant lesions called normal",
        "malignant lesions called benign",
        "benign lesions called malignant",
        "refused images",
    ),
    "segmentation": ("missed lesions", "normals with a lesion outlined", "refused images"),
}
_TELLING = 1.5  # times as frequent among the failures as among all
_MOST_TOLD = 3
_FEWEST_TOLD = 2


def figures(columns: Sequence[Column], task: str) -> list[str]:
    """The headline table, the columns side by side."""
    lines = ["## Figures", ""]
    if not columns:
        return [*lines, f"Performance: {NOT_MEASURED}.", ""]
    names = [name for name, path in HEADLINES.items() if path[0] in (task, "refused")]
    rows = [[name, *(with_interval(look_up(column.figures, HEADLINES[name])) for column in columns)] for name in names]
    rows = [row for row in rows if "HD95" not in row[0] or set(row[1:]) != {NOT_MEASURED}]
    lines += [*table(["", *(column.title for column in columns)], rows), ""]
    lines += [f"- {column.title}: {column.remark}." for column in columns]
    return [
        *lines,
        "",
        "In brackets: 95 % bootstrap intervals over patients (near-duplicate groups in BUSI). Every image went through",
        "the product's own path, its label and mask unseen. An image that was refused counts under false refusals "
        "alone.",
        "",
        *_across(columns),
        *_spreads(columns, names),
    ]


def baselines(columns: Sequence[Column]) -> list[str]:
    """What the largest class alone and a pixel 1-nearest-neighbor score on the same images."""
    rows = []
    for column in columns:
        found = column.section("classification") or {}
        neighbor = found.get("nearest_neighbour")
        cells = [NOT_MEASURED] * len(NEIGHBORS)
        if neighbor:
            cells = [number(neighbor[key]) for key in NEIGHBORS.values()]
        rows.append([column.title, *cells, number(found.get("majority_accuracy"))])
    heading = ["pixel 1-nearest-neighbor", *NEIGHBORS, "accuracy of always the largest class"]
    return ["## Baselines", "", *table(heading, rows), ""]


def confusions(columns: Sequence[Column]) -> list[str]:
    """The confusion matrix of every column; the accuracy above is its diagonal's share."""
    lines = ["## Confusion matrices", ""]
    for column in columns:
        matrix = (column.section("classification") or {}).get("confusion")
        if matrix is not None:
            rows = [[name, *(str(count) for count in counts)] for name, counts in zip(CLASS_NAMES, matrix, strict=True)]
            lines += [*table([f"{column.title}: truth \\ most probable", *CLASS_NAMES], rows), ""]
    return lines if len(lines) > 2 else [*lines, f"{NOT_MEASURED.capitalize()}.", ""]


def strata(columns: Sequence[Column], task: str) -> list[str]:
    """The task's figures by stratum."""
    lines = ["## Strata", ""]
    for column in columns:
        rows = [
            [f"{name}: {value}", str(found["images"]), *(with_interval(found[key], NONE) for key in _STRATA_OF[task])]
            for name, values in column.figures["strata"].items()
            for value, found in values.items()
        ]
        rows = [row for row in rows if set(row[2:]) != {NONE}]
        if rows:
            heading = [column.title, "images", *(STRATUM_FIGURES[key] for key in _STRATA_OF[task])]
            lines += [*table(heading, rows), ""]
    if len(lines) == 2:
        return [*lines, f"{NOT_MEASURED.capitalize()}.", ""]
    sizes = "; ".join(SIZE_WORDS.values())
    text = f"Sizes by the true lesion's equivalent diameter: {sizes}. Rare values are pooled as other."
    return [*lines, *wrapped(text), ""]


def reliability(columns: Sequence[Column]) -> list[str]:
    """The reliability diagram as a table: stated likelihood against observed frequency."""
    lines = ["## Reliability of the likelihood of malignancy", ""]
    for column in columns:
        bins = (column.section("classification") or {}).get("reliability")
        if bins:
            rows = [[f"{stated:.3f}", f"{observed:.3f}", str(images)] for stated, observed, images in bins]
            lines += [*table([f"{column.title}: mean likelihood", "malignant among them", "lesions"], rows), ""]
    return lines if len(lines) > 2 else [*lines, f"{NOT_MEASURED.capitalize()}.", ""]


def failure_gallery(columns: Sequence[Column], task: str) -> list[str]:
    """The failures in words: how many, and which strata they pile up in."""
    lines = ["## Failures", ""]
    for column in columns:
        found = column.figures.get("failures", {})
        sentences = [failure_sentence(kind, found[kind]) for kind in _FAILURES_OF[task] if kind in found]
        lines += [f"{column.title}:", "", *(f"- {sentence}" for sentence in sentences), ""] if sentences else []
    return lines if len(lines) > 2 else [*lines, f"{NOT_MEASURED.capitalize()}.", ""]


def failure_sentence(kind: str, found: Mapping[str, Any]) -> str:
    """One kind of failure in words: ``Missed lesions: 7 of 376. 5 of them are small, as 33 % of all are.``"""
    failed, images = found["failed"], found["images"]
    sentence = f"{kind[0].upper()}{kind[1:]}: {failed} of {images}."
    told = []
    for name, values in found["strata"].items():
        for value, counts in values.items():
            if value == OTHER:
                continue
            share, expected = counts["failed"] / max(failed, 1), counts["images"] / images
            if counts["failed"] >= _FEWEST_TOLD and share >= _TELLING * expected:
                words = SIZE_WORDS.get(value, f"{name} {value}") if name == "size" else f"{name} {value}"
                told.append((share / expected, f"{counts['failed']} of them are {words}, as {expected:.0%} of all are"))
    told.sort(key=lambda one: -one[0])
    return " ".join([sentence, *(f"{words}." for _, words in told[:_MOST_TOLD])])


def explanation(columns: Sequence[Column], metadata: Mapping[str, Any]) -> list[str]:
    """How the heat map is made, and how often it points at the lesion."""
    own = metadata["breastusai"]
    told = own.get("explanation") or {"method": GRAD_CAM, "layer": own.get("explanation_layer", "")}
    rows = []
    for column in columns:
        found = column.section("explanation")
        if found is not None:
            peak, share = (with_interval(found[key]) for key in ("heat_peak_in_lesion", "heat_share_in_lesion"))
            rows.append([column.title, peak, share, number(found["lesion_share_of_image"])])
    heading = ["", "highest point in the lesion", "share of heat in the lesion", "lesion's share of the image"]
    at = f" at `{told['layer']}`" if told.get("layer") else ""
    return [
        "## Explanation",
        "",
        *wrapped(
            f"The heat map is {told['method']}{at}, of the class *malignant*. A map that knew nothing would have its "
            "highest point in the lesion as often as the lesion covers the image."
        ),
        "",
        *(table(heading, rows) if rows else [f"Its quality: {NOT_MEASURED}."]),
        "",
        *_choice_of_stage(metadata.get("explanation_report")),
    ]


def _choice_of_stage(report: Mapping[str, Any] | None) -> list[str]:
    """How the stage was chosen, where that is recorded."""
    if report is None:
        return []
    rows = [[f"`{layer}`", f"{one['hit']:.3f}", f"{one['share']:.3f}"] for layer, one in report["stages"].items()]
    text = (
        f"{report['rule']} On {report['lesions']} lesions of the calibration part, which cover {report['area']:.3f} of "
        "their images:"
    )
    heading = ["stage", "highest point in the lesion", "share of heat in the lesion"]
    return [*wrapped(text), "", *table(heading, rows), ""]


def wrapped(text: str) -> list[str]:
    """One paragraph in lines of at most 120 characters."""
    return textwrap.wrap(text, 120, break_on_hyphens=False)


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _across(columns: Sequence[Column]) -> list[str]:
    return [] if any(column.figures["across"] for column in columns) else [f"Across data sets: {NOT_MEASURED}.", ""]


def _spreads(columns: Sequence[Column], names: Sequence[str]) -> list[str]:
    """Mean and standard deviation over folds or seeds, where several were pooled."""
    pooled = [column for column in columns if any(_spread(column, name) != NONE for name in names)]
    if not pooled:
        return []
    rows = [[name, *(_spread(column, name) for column in pooled)] for name in names]
    heading = ["mean ± standard deviation", *(column.title for column in pooled)]
    return [*table(heading, [row for row in rows if set(row[1:]) != {NONE}]), ""]


def _spread(column: Column, name: str) -> str:
    return spread(look_up(column.figures, HEADLINES[name]))
