"""What the controls say: figures before and after a change, with 95 % intervals by patient, from rows alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..figures import metrics
from ..figures.classification import Classified
from ..figures.figures import read_figures, run_of
from ..figures.intervals import Indices, Statistic
from ..presentation.wording import NONE, interval, with_interval
from ..rows.row import Row
from .controls import NO_MARKS, Control, ControlRow, is_marked

MARKED = "lesions without marks, and with them"
"""The control that changes nothing: before is without marks, after with them."""
COLUMNS = ("before", "after", "difference", "n", "beyond chance")
OUTLINED = "share outlined"
"""The one figure that is about outlines; all others are about the classifier."""
_CHANCE = 0.5
_Figure = Callable[[Classified], Statistic]
_Judged = tuple[str, float] | None  # which value is held against what chance gives


def control_figures(rows: Sequence[ControlRow]) -> dict[str, Any]:
    """The controls' figures of every collection by its name, and what was measured under ``run``.

    A control has ``images`` (how many of which class), ``changes`` (how many were changed by what) and ``figures``:
    by name ``before``, ``after``, ``difference``, each as `Sample.measured` gives it, and ``beyond_chance``: whether
    the interval leaves out what chance gives (.5 of an AUC without the lesion, 0 of a difference); None where that is
    no question. A control that a collection cannot be part of has ``left_out``, the reason.
    """
    names = dict.fromkeys(one.row.dataset for one in rows)
    return {
        "run": run_of([one.row for one in rows if one.control is Control.UNTOUCHED]),
        "controls": {name: _collection([one for one in rows if one.row.dataset == name]) for name in names},
    }


def read_control_figures(path: Path) -> dict[str, Any]:
    """The ``controls.json`` that the command wrote. Raises InputError."""
    return read_figures(path, part="controls", command="controls")


def print_controls(figures: Mapping[str, Any], console: Console) -> None:
    """A table a collection and control, and a line for each control that a collection cannot be part of."""
    for what in (*figures["run"]["classifiers"], *figures["run"]["segmenters"]):
        console.print(Text(what))
    for name, controls in figures["controls"].items():
        for control, found in controls.items():
            if "left_out" in found:
                console.print(Text(left_out_words(name, control, found)))
                continue
            table = Table(title=Text(title_of(name, control, found)), title_justify="left", title_style="bold")
            for column in ("", *COLUMNS):
                table.add_column(column, justify="right" if column else "left")
            for line in lines_of(found):
                table.add_row(*line)
            console.print(table)


def title_of(name: str, control: str, found: Mapping[str, Any]) -> str:
    """``BUS-UCLM, lesion masked out: 419 normal, 174 benign, 90 malignant (tissue 650, mean gray 33)``."""
    images = ", ".join(f"{count} {label}" for label, count in found["images"].items())
    changes = ", ".join(f"{words} {count}" for words, count in found["changes"].items())
    return f"{name}, {control}: {images}{f' ({changes})' if changes else ''}"


def left_out_words(name: str, control: str, found: Mapping[str, Any]) -> str:
    """Why a collection cannot be part of a control."""
    return f"{name} cannot be part of '{control}': {found['left_out']}."


def lines_of(found: Mapping[str, Any]) -> list[list[str]]:
    """The cells of one control's table: a figure's name, then `COLUMNS`."""
    lines = []
    for name, one in found["figures"].items():
        beyond = {True: "yes", False: "no", None: NONE}[one["beyond_chance"]]
        cells = [with_interval(one[column], NONE) for column in ("before", "after")]
        difference = one["difference"]
        words = NONE if difference is None or difference["value"] is None else _signed(difference)
        lines.append([name, *cells, words, str(one["after"]["n"]), beyond])
    return lines


def _signed(measured: Mapping[str, Any]) -> str:
    span = interval(measured)
    return f"{measured['value']:+.3f}" + ("" if span == NONE else f" ({span.replace('–', ' to ')})")


@dataclass(frozen=True)
class _Pairs:
    """Images with probabilities before and after a change."""

    before: Classified
    after: Classified

    def where(self, keep: Callable[[Row], bool]) -> _Pairs:
        """Those of which both rows are to be kept."""
        pairs = [pair for pair in zip(self.before.rows, self.after.rows, strict=True) if all(map(keep, pair))]
        return _Pairs(Classified([one for one, _ in pairs]), Classified([two for _, two in pairs]))

    def compared(self, figure: _Figure, judged: _Judged = ("difference", 0.0)) -> dict[str, Any]:
        """One figure before and after, and the difference; `judged`: which of the three is held against which value."""
        first, second, sample = figure(self.before), figure(self.after), self.before.sample
        found: dict[str, Any] = {
            "before": sample.measured(first),
            "after": sample.measured(second),
            "difference": sample.measured(lambda i: second(i) - first(i)),
        }
        return {**found, "beyond_chance": _beyond(found, judged)}


def _collection(rows: Sequence[ControlRow]) -> dict[str, Any]:
    untouched = [one.row for one in rows if one.control is Control.UNTOUCHED]
    normals = [row for row in untouched if row.label == "normal"]
    lesions = [row for row in untouched if row.label != "normal"]
    marks = [is_marked(row.strata) for row in lesions]
    found: dict[str, Any] = {}
    for control, reason, figures in (
        (Control.MASKED_OUT, _without_masks(lesions), _masked_out),
        (Control.DOTTED_LINE, _without_normals(normals), _painted_on),
        (Control.ELLIPSE, _without_normals(normals), _painted_on),
        (Control.PAINTED_OUT, _without_marks(lesions, marks), _painted_out),
    ):
        own = [one for one in rows if one.control is control]
        found[control.value] = {"left_out": reason} if reason else _changed(untouched, own, figures)
    reason = _without_marks(lesions, marks) or ("all of its lesions have marks" if all(marks) else "")
    found[MARKED] = {"left_out": reason} if reason else _marked(lesions, marks)
    return found


def _without_masks(lesions: Sequence[Row]) -> str:
    return "" if any(row.true_area_px for row in lesions) else "none of its lesions has a mask"


def _without_normals(normals: Sequence[Row]) -> str:
    if not normals:
        return "it has no normals"
    return "marks are burned into all of its normals" if all(is_marked(row.strata) for row in normals) else ""


def _without_marks(lesions: Sequence[Row], marks: Sequence[bool | None]) -> str:
    if not lesions:
        return "it has no lesions"
    if all(one is None for one in marks):
        return "its table does not say which lesions have marks (a column calipers, yes or no)"
    return "" if any(marks) else "none of its lesions has marks"


def _changed(
    untouched: Sequence[Row], own: Sequence[ControlRow], figures: Callable[[_Pairs], dict[str, Any]]
) -> dict[str, Any]:
    """Figures over the images that were really changed, and that gave a result before and after."""
    by_name = {row.name: row for row in untouched}
    both = [(by_name[one.row.name], one) for one in own]
    known = [(row, one) for row, one in both if row.classified and one.row.classified]
    really = [(row, one.row) for row, one in known if one.change != NO_MARKS]
    pairs = _Pairs(Classified([row for row, _ in really]), Classified([row for _, row in really]))
    changes = Counter("marks found" if "%" in one.change else one.change for _, one in known if one.change)
    if len(both) > len(known):
        changes["without a result before or after"] = len(both) - len(known)
    return {"images": _classes(pairs.before.rows), "changes": dict(changes), "figures": figures(pairs)}


def _masked_out(pairs: _Pairs) -> dict[str, Any]:
    lesions = pairs.where(_is_lesion)
    size = np.array([(row.true_area_px or 0) / row.image_area_px for row in lesions.before.rows])
    malignant = lesions.before.malignant
    by_size = lesions.before.sample.measured(lambda i: metrics.auc(size[i], malignant[i]))
    found = {
        "AUC, benign against malignant": lesions.compared(_malignancy_auc, ("after", _CHANCE)),
        "the same by the lesion's size alone": {
            "before": None,
            "after": by_size,
            "difference": None,
            "beyond_chance": None,
        },
        "AUC, lesion against normal": pairs.compared(_lesion_auc, ("after", _CHANCE)),
        "malignant called normal": lesions.where(lambda row: row.label == "malignant").compared(_called_normal, None),
        "benign called normal": lesions.where(lambda row: row.label == "benign").compared(_called_normal, None),
        "lesions: P(lesion)": lesions.compared(_lesion, None),
        f"lesions: {OUTLINED}": lesions.where(lambda row: row.segmented).compared(_outlined, None),
    }
    return {name: one for name, one in found.items() if one["after"]["value"] is not None}


def _painted_on(pairs: _Pairs) -> dict[str, Any]:
    return {
        "normals called normal": pairs.compared(_called_normal),
        "normals: P(lesion)": pairs.compared(_lesion),
        f"normals: {OUTLINED}": pairs.where(lambda row: row.segmented).compared(_outlined),
    }


def _painted_out(pairs: _Pairs) -> dict[str, Any]:
    return {
        "AUC, benign against malignant": pairs.compared(_malignancy_auc),
        "lesions called normal": pairs.compared(_called_normal),
        "lesions: P(lesion)": pairs.compared(_lesion),
        "benign: likelihood of malignancy": pairs.where(lambda row: row.label == "benign").compared(_malignancy),
        "malignant: likelihood of malignancy": pairs.where(lambda row: row.label == "malignant").compared(_malignancy),
        f"lesions: {OUTLINED}": pairs.where(lambda row: row.segmented).compared(_outlined),
    }


def _marked(lesions: Sequence[Row], marks: Sequence[bool | None]) -> dict[str, Any]:
    """Figures of the lesions as they are, without marks beside with them."""
    told = [(row, bool(mark)) for row, mark in zip(lesions, marks, strict=True) if row.classified and mark is not None]
    everything, has_marks = Classified([row for row, _ in told]), np.array([mark for _, mark in told], dtype=bool)
    figures = {
        "AUC, benign against malignant": _malignancy_auc,
        "lesions called normal": _called_normal,
        "lesions: P(lesion)": _lesion,
    }
    names = {"without marks": int((~has_marks).sum()), "with marks": int(has_marks.sum())}
    return {
        "images": _classes(everything.rows),
        "changes": names,
        "figures": {name: _set_apart(everything, has_marks, figure) for name, figure in figures.items()},
    }


def _set_apart(everything: Classified, has_marks: NDArray[np.bool_], figure: _Figure) -> dict[str, Any]:
    statistic, sample = figure(everything), everything.sample

    def without(indices: Indices) -> float:
        return statistic(indices[~has_marks[indices]])

    def with_them(indices: Indices) -> float:
        return statistic(indices[has_marks[indices]])

    found: dict[str, Any] = {
        "before": {**sample.measured(without), "n": int((~has_marks).sum())},
        "after": {**sample.measured(with_them), "n": int(has_marks.sum())},
        "difference": sample.measured(lambda i: with_them(i) - without(i)),
    }
    return {**found, "beyond_chance": _beyond(found, ("difference", 0.0))}


def _beyond(found: Mapping[str, Any], judged: _Judged) -> bool | None:
    """Whether the interval leaves out what chance gives; None where there is none."""
    if judged is None or found[judged[0]]["interval_95"] is None:
        return None
    low, high = found[judged[0]]["interval_95"]
    return not low <= judged[1] <= high


def _classes(rows: Sequence[Row]) -> dict[str, int]:
    return dict(Counter(row.label for row in rows))


def _is_lesion(row: Row) -> bool:
    return row.label != "normal"


def _mean_of(values: NDArray) -> Statistic:
    return lambda indices: float(values[indices].mean()) if len(indices) else metrics.NAN


def _malignancy_auc(found: Classified) -> Statistic:
    return found.malignancy_auc


def _lesion_auc(found: Classified) -> Statistic:
    return lambda indices: metrics.auc(found.lesion[indices], found.labels[indices] > 0)


def _called_normal(found: Classified) -> Statistic:
    return _mean_of(found.called_normal.astype(float))


def _lesion(found: Classified) -> Statistic:
    return _mean_of(found.lesion)


def _malignancy(found: Classified) -> Statistic:
    return _mean_of(found.malignancy)


def _outlined(found: Classified) -> Statistic:
    return _mean_of(np.array([bool(row.predicted_area_px) for row in found.rows], dtype=float))
