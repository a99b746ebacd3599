"""A comparison in words, for the terminal. Needs numpy alone."""

from __future__ import annotations

from ..words import interval_words, percent
from .comparison import LIKELIHOOD, Change, Comparison, LesionPair

_TITLES = {
    "long_axis_mm": "longest axis",
    "short_axis_mm": "perpendicular axis",
    "depth_mm": "depth",
    "area_mm2": "area",
    "height_width_ratio": "height/width",
    LIKELIHOOD: "likelihood of malignancy",
}
_UNITS = {"mm": " mm", "mm2": " mm²"}


def comparison_lines(comparison: Comparison, first: str, second: str, is_follow_up: bool = True) -> list[str]:
    """A line a pair and a line a measure; then what has no partner, and what to keep in mind.

    Args:
        comparison: the two results.
        first, second: what they are, such as ``before`` and ``after``.
        is_follow_up: whether differences are changes, which two views of one lesion have none of.
    """
    lines = []
    for pair in comparison.pairs:
        lines.append(f"lesion {pair.before} {first} is lesion {pair.after} {second}{' (suggested)' * pair.suggested}")
        lines += [f"  {change_words(change) if is_follow_up else both_words(change)}" for change in pair.changes]
        if pair.likelihood is not None:
            lines.append(f"  {_together(pair)}")
    for numbers, here, there in ((comparison.only_before, first, second), (comparison.only_after, second, first)):
        lines += [f"lesion {number} {here} has no partner {there}" for number in numbers]
    if not lines:
        lines.append("no lesion in either")
    return [*lines, *comparison.remarks]


def change_words(change: Change) -> str:
    """One measure before and after, the difference, and whether the errors explain it."""
    before, after = _value(change, change.before), _value(change, change.after)
    if change.name == LIKELIHOOD:
        words = f"{_title(change)} {before} to {after} ({100 * change.difference:+.0f} percentage points)"
        return f"{words}, {_judged(change)} the error"
    words = f"{_title(change)} {before} to {after}: {_value(change, change.difference, '+')}"
    if change.before:
        words += f" ({100 * change.difference / change.before:+.0f} %)"
    return words if change.error is None else f"{words}, {_judged(change)} the error of {_value(change, change.error)}"


def both_words(change: Change) -> str:
    """One measure in both views."""
    return f"{_title(change)} {_value(change, change.before)} and {_value(change, change.after)}"


def _title(change: Change) -> str:
    return _TITLES.get(change.name, change.name)


def _judged(change: Change) -> str:
    return "within" if change.within_error else "beyond"


def _value(change: Change, value: float, sign: str = "") -> str:
    if change.name == LIKELIHOOD:
        return percent(value)
    unit = _UNITS.get(change.name.rpartition("_")[2], "")
    return f"{value:{sign}.{1 if unit else 2}f}{unit}"


def _together(pair: LesionPair) -> str:
    assert pair.likelihood is not None
    return f"both views together: likelihood {percent(pair.likelihood.probability)} ({interval_words(pair.likelihood)})"
