"""What there is to say of a heat map's grades, in the language of the translate function given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .grades import CostlyGrades, EnergyShare, HeatMapGrades
from .words import english, method_words

Translate = Callable[[str], str]


def grade_lines(grades: HeatMapGrades, _: Translate = english) -> list[str]:
    """Every grade of a heat map, a line each."""
    if grades.is_empty:
        return [_("The heat map is empty.")]
    lines = [_pointing_words(grades, _)] if grades.lesion is not None else []
    for words, share in (
        (_("Heat in the lesion: {energy}, {ratio} times chance"), grades.lesion),
        (_("Heat in the lesion and the band behind it: {energy}, {ratio} times chance"), grades.lesion_and_band),
        (_("Heat at calipers or text: {energy} (they take {area})"), grades.marks),
        (_("Heat outside the scan area: {energy} (it takes {area})"), grades.outside),
    ):
        if share is not None:
            lines.append(_share_words(words, share))
    return lines + ([] if grades.costly is None else _costly_lines(grades.costly, _))


def all_grade_lines(every: Sequence[HeatMapGrades], _: Translate = english) -> list[str]:
    """The lines of every heat map; with its method in front where there are several."""
    if len(every) == 1:
        return grade_lines(every[0], _)
    return [
        _("{method}: {grade}").format(method=method_words(grades.method, _), grade=line)
        for grades in every
        for line in grade_lines(grades, _)
    ]


def _pointing_words(grades: HeatMapGrades, _: Translate) -> str:
    if grades.points_at_lesion:
        return _("The hottest point lies in the lesion.")
    if grades.points_at_band:
        return _("The hottest point lies in the band behind the lesion.")
    return _("The hottest point lies outside the lesion and the band behind it.")


def _share_words(words: str, share: EnergyShare) -> str:
    ratio = "–" if share.ratio is None else f"{share.ratio:.1f}"
    return words.format(energy=_percent(share.energy), area=_percent(share.area), ratio=ratio)


def _costly_lines(costly: CostlyGrades, _: Translate) -> list[str]:
    lines = [
        _("Deletion {value} (in a random order {chance}; lower is better)").format(
            value=f"{costly.deletion:.2f}", chance=f"{costly.random_deletion:.2f}"
        ),
        _("Insertion {value} (in a random order {chance}; higher is better)").format(
            value=f"{costly.insertion:.2f}", chance=f"{costly.random_insertion:.2f}"
        ),
    ]
    for words, value in (
        (_("Infidelity {value}"), costly.infidelity),
        (_("Sensitivity to small changes {value}"), costly.sensitivity),
        (_("Agreement with the map of the mirror image {value}"), costly.flip_stability),
        (_("Agreement with the map of the image moved a little {value}"), costly.shift_stability),
    ):
        if value is not None:
            lines.append(words.format(value=f"{value:.2g}"))
    for other in costly.agreement:
        words = _("Agreement with {method}: {value}")
        lines.append(words.format(method=method_words(other.method, _), value=f"{other.rank_correlation:.2f}"))
    return lines


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"
