"""How good heat maps are by every method, as the model card and the page of all models show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..measure.explanations.figures import HEADINGS, PART, read_explanations, table_rows
from ..recipes.recipe import Recipe
from .card_figures import table, wrapped

FOLDER = "explanations"
"""Below a recipe's folder of results: what ``python -m Training explanations`` wrote."""

_WHAT = (
    "Heat maps of the class *malignant* on held-out images, against the true outlines. Energy is the sum of a map's "
    "positive values; a map that knows nothing has 1 over area. Deletion and insertion: the area under the class's "
    "probability while pixels are blurred away or brought back, the hottest first; the gain is insertion less "
    "deletion, less the same in a random order. In brackets: 95 % intervals by patient."
)


def graded_maps(figures: Mapping[str, Any] | None, words: str | None = None) -> list[str]:
    """A table for each data set; nothing where nothing was measured. `words` is the bundle's own name and hash."""
    if figures is None:
        return []
    lines = [*wrapped(_WHAT), ""]
    whose = figures["run"]["classifiers"]
    if words is not None and whose != [words]:
        lines += [f"Measured with other weights: {', '.join(whose)}.", ""]
    for dataset, found in figures[PART].items():
        images = next(iter(found["methods"].values()))["images"]
        across = ", across data sets" if found["across"] else ""
        lines += [f"{dataset}{across}, {images} lesions:", "", *table(HEADINGS, table_rows(figures, dataset)), ""]
    return [*lines, "```", figures["command"], "```", ""] if "command" in figures else lines


def maps_of_recipes(recipes: Iterable[Recipe], results: Path) -> list[str]:
    """The same of every recipe that was measured, under a heading; nothing where none was. Raises InputError."""
    lines: list[str] = []
    for recipe in recipes:
        for path in sorted((results / recipe.name / FOLDER).glob("*.json")):
            lines += [f"#### {recipe.title} (`{recipe.name}`)", "", *graded_maps(read_explanations(path))]
    return ["### Heat maps", "", *lines] if lines else []


def threshold_lines(metadata: Mapping[str, Any]) -> list[str]:
    """What the maps of a bundle must reach to stand without a warning, and how that was chosen; nothing without any."""
    chosen = ((metadata["breastusai"].get("explanation") or {}).get("grades")) or {}
    if not chosen:
        return []
    report = metadata.get("grades_report") or {}
    values = ", ".join(f"`{name}` {value:g}" for name, value in chosen.items())
    said = f"A map is warned of by these thresholds: {values}."
    if report:
        part = ", ".join(report["parts"])
        said += f" They were chosen on {report['images']} lesions of the {part} part. {report['rule']}"
    return [*wrapped(said), ""]
