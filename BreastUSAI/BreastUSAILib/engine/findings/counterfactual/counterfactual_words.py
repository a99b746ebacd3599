"""What there is to say of counterfactual checks, in the language of the translate function given."""

from __future__ import annotations

from collections.abc import Callable

from ..words import english
from .counterfactuals import Change, Counterfactual, Counterfactuals, WhyNot

Translate = Callable[[str], str]

NOTABLE = 0.1
"""From such a change of the likelihood on it is said that the likelihood depends on what was changed."""


def change_words(change: Change, _: Translate = english) -> str:
    """What was changed, in a few words."""
    return {
        Change.MARKS: _("Calipers and text painted out"),
        Change.LESION: _("Lesion painted out"),
        Change.OUTLINE: _("Your outline instead of the found one"),
        Change.GAIN_UP: _("Gain +3 dB"),
        Change.GAIN_DOWN: _("Gain -3 dB"),
    }[change]


def difference_words(check: Counterfactual) -> str:
    """The change of the likelihood with its sign, as "+0.21"; a dash where there is none."""
    return "–" if check.difference is None else f"{round(check.difference, 2) + 0.0:+.2f}"  # never -0.00


def check_words(check: Counterfactual, _: Translate = english) -> str:
    """One sentence on a check: "The likelihood depends on the calipers: +0.21"."""
    if check.why_not is not None:
        return _why_not(check.why_not, _)
    depends, does_not = {
        Change.MARKS: (
            _("The likelihood depends on the calipers: {difference} without them."),
            _("The likelihood hardly depends on the calipers: {difference} without them."),
        ),
        Change.LESION: (
            _("The likelihood depends on the lesion itself: {difference} without it."),
            _("The likelihood hardly depends on the lesion itself: {difference} without it."),
        ),
        Change.OUTLINE: (
            _("The likelihood depends on the outline: {difference} with yours."),
            _("The likelihood hardly depends on the outline: {difference} with yours."),
        ),
        Change.GAIN_UP: (
            _("The likelihood depends on the gain: {difference} with 3 dB more."),
            _("The likelihood hardly depends on the gain: {difference} with 3 dB more."),
        ),
        Change.GAIN_DOWN: (
            _("The likelihood depends on the gain: {difference} with 3 dB less."),
            _("The likelihood hardly depends on the gain: {difference} with 3 dB less."),
        ),
    }[check.change]
    is_notable = check.difference is not None and abs(check.difference) >= NOTABLE
    return (depends if is_notable else does_not).format(difference=difference_words(check))


def counterfactual_lines(found: Counterfactuals, _: Translate = english) -> list[str]:
    """A sentence for every check; none of outlines that nobody edited."""
    return [check_words(check, _) for check in found.checks if check.why_not is not WhyNot.NO_EDIT]


def _why_not(reason: WhyNot, _: Translate) -> str:
    return {
        WhyNot.NO_MARKS: _("No calipers or text were found in the scan."),
        WhyNot.NO_LESION: _("No lesion is outlined that could be painted out."),
        WhyNot.NO_EDIT: _("The outlines were not edited."),
        WhyNot.NO_TISSUE: _("The lesion takes the whole scan: there is nothing to paint it out with."),
    }[reason]
