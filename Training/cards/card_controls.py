"""The card's section on controls: what the class is read from that is not the lesion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..measure.controls.control_figures import COLUMNS, OUTLINED, left_out_words, lines_of, title_of
from ..measure.presentation.wording import NOT_MEASURED
from .card_figures import table, wrapped

_WEIGHTS = {"classification": "classifiers", "segmentation": "segmenters"}
_WHAT = (
    "Held-out images as they are (before) and changed (after), through the product's own path; what is changed is "
    "decided by the truth, in this measurement alone. In brackets: 95 % intervals by patient. *Beyond chance*: whether "
    "the interval leaves out what chance gives, which is .5 for an AUC without the lesion and 0 for a difference. With "
    "the lesion masked out, a normal has lost a place as large as a lesion."
)


def controls(figures: Mapping[str, Any] | None, task: str, words: str) -> list[str]:
    """The section; `words` is the bundle's ``name version sha256[:12]``. A segmenter's shows what is outlined alone."""
    lines = ["## Controls", ""]
    if figures is None:
        return [*lines, f"{NOT_MEASURED.capitalize()}.", ""]
    whose = figures["run"][_WEIGHTS[task]]
    lines += [*wrapped(_WHAT), ""]
    if whose != [words]:
        lines += [f"Measured with other weights: {', '.join(whose) or 'none that may be judged here'}.", ""]
    for name, by_control in figures["controls"].items():
        for control, found in by_control.items():
            lines += _of_one(name, control, found, task)
    return [*lines, "```", figures["command"], "```", ""] if "command" in figures else lines


def _of_one(name: str, control: str, found: Mapping[str, Any], task: str) -> list[str]:
    if "left_out" in found:
        return [*wrapped(left_out_words(name, control, found)), ""]
    rows = [row for row in lines_of(found) if (OUTLINED in row[0]) == (task == "segmentation")]
    return [*wrapped(f"{title_of(name, control, found)}:"), "", *table(["", *COLUMNS], rows), ""] if rows else []
