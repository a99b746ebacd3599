"""A comparison in words, in the language of the translate function given. Needs numpy alone."""

from __future__ import annotations

from ..analysis import Malignancy
from ..measures import Translate
from ..words import english, interval_words, percent
from .comparison import LIKELIHOOD, Change, Comparison, LesionPair

_UNITS = {"mm": " mm", "mm2": " mm²"}


def _side_names(is_follow_up: bool, _: Translate) -> tuple[str, str]:
    """What the two results are called."""
    if is_follow_up:
        return _("before"), _("after")
    return _("in the first view"), _("in the second view")


def comparison_lines(comparison: Comparison, is_follow_up: bool = True, _: Translate = english) -> list[str]:
    """A line a pair and a line a measure; then what has no partner, and what to keep in mind.

    Args:
        comparison: the two results.
        is_follow_up: whether differences are changes, which two views of one lesion have none of.
        _: translates.
    """
    lines = []
    for pair in comparison.pairs:
        lines.append(_pair_words(pair, is_follow_up, _))
        lines += [f"  {change_words(change, _) if is_follow_up else _both_words(change, _)}" for change in pair.changes]
        if pair.likelihood is not None:
            lines.append(f"  {_together_words(pair.likelihood, _)}")
    return [*lines, *_alone_lines(comparison, is_follow_up, _), *_remark_lines(comparison, _)]


def _pair_words(pair: LesionPair, is_follow_up: bool, _: Translate) -> str:
    """Which lesion of the one result is which of the other."""
    first, second = _side_names(is_follow_up, _)
    words = _("lesion {one} {first} is lesion {other} {second}").format(
        one=pair.before, first=first, other=pair.after, second=second
    )
    return f"{words} {_('(suggested)')}" if pair.suggested else words


def _alone_lines(comparison: Comparison, is_follow_up: bool, _: Translate) -> list[str]:
    """A line for every lesion without a partner, or that there is no lesion at all."""
    first, second = _side_names(is_follow_up, _)
    lines = [
        _("lesion {number} {here} has no partner {there}").format(number=number, here=here, there=there)
        for numbers, here, there in (
            (comparison.only_before, first, second),
            (comparison.only_after, second, first),
        )
        for number in numbers
    ]
    return lines if lines or comparison.pairs else [_("no lesion in either")]


def _remark_lines(comparison: Comparison, _: Translate) -> list[str]:
    """What to know before trusting it, a sentence each."""
    return [_(remark) for remark in comparison.remarks]


def change_words(change: Change, _: Translate = english) -> str:
    """One measure before and after, the difference, and whether the errors explain it."""
    before, after = _value_words(change, change.before), _value_words(change, change.after)
    if change.name == LIKELIHOOD:
        words = _("{measure} {before} to {after} ({difference} percentage points)").format(
            measure=_title_words(change, _), before=before, after=after, difference=f"{100 * change.difference:+.0f}"
        )
        return f"{words}, {_judged_words(change, _)}"
    words = _("{measure} {before} to {after}: {difference}").format(
        measure=_title_words(change, _), before=before, after=after, difference=_difference_words(change)
    )
    return words if change.error is None else f"{words}, {_judged_words(change, _)}"


def _difference_words(change: Change) -> str:
    """After minus before, with its sign, in the measure's unit, and as a share of before."""
    words = _value_words(change, change.difference, "+")
    return f"{words} ({100 * change.difference / change.before:+.0f} %)" if change.before else words


def _judged_words(change: Change, _: Translate) -> str:
    """Whether the errors explain the difference."""
    if change.error is None:
        return _("within the error") if change.within_error else _("beyond the error")
    words = _("within the error of {error}") if change.within_error else _("beyond the error of {error}")
    return words.format(error=_value_words(change, change.error))


def _both_words(change: Change, _: Translate) -> str:
    """One measure in both views."""
    one, other = _value_words(change, change.before), _value_words(change, change.after)
    return _("{measure} {one} and {other}").format(measure=_title_words(change, _), one=one, other=other)


def _together_words(malignancy: Malignancy, _: Translate) -> str:
    """The likelihood of both views."""
    return _("both views together: likelihood {likelihood} ({interval})").format(
        likelihood=percent(malignancy.probability), interval=interval_words(malignancy, _)
    )


def _title_words(change: Change, _: Translate) -> str:
    """What is measured."""
    return {
        "long_axis_mm": _("longest axis"),
        "short_axis_mm": _("perpendicular axis"),
        "depth_mm": _("depth"),
        "area_mm2": _("area"),
        "height_width_ratio": _("height/width"),
        LIKELIHOOD: _("likelihood of malignancy"),
    }.get(change.name, change.name)


def _value_words(change: Change, value: float, sign: str = "") -> str:
    """A value with its unit; `sign` ``"+"`` writes that of a value above 0 too."""
    if change.name == LIKELIHOOD:
        return percent(value)
    unit = _UNITS.get(change.name.rpartition("_")[2], "")
    return f"{value:{sign}.{1 if unit else 2}f}{unit}"
