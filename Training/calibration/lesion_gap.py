"""How much less sure than a frame's surest outline another one may be to be shown, from the calibration part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .outlined import Outlined

GAPS = (0.5, 1.0, 1.5, 2.0, math.inf)  # log-odds; the last one drops nothing
COST = 0.002  # of the mean Dice of each data set, at most
RULE = (
    f"The gap below a frame's surest outline is the smallest of {', '.join(f'{gap:g}' for gap in GAPS[:-1])} that "
    f"costs no data set more than {COST} of its lesions' mean Dice; none where each costs more."
)


@dataclass(frozen=True)
class GapChoice:
    """The chosen gap, and what each candidate gave.

    Args:
        gap: for the bundle's metadata, in log-odds; infinite: none.
        dice: by candidate, smallest first, and by data set: mean Dice of the outlined lesions, with nothing withheld.
    """

    gap: float
    dice: Mapping[float, Mapping[str, float]]

    def lines(self) -> list[str]:
        """A line a candidate, for the console."""
        return [
            f"gap {gap_words(gap):5}" + "".join(f"  Dice {name} {value:.4f}" for name, value in dice.items())
            for gap, dice in self.dice.items()
        ]

    def report(self) -> list[dict[str, object]]:
        """The candidates for the bundle's metadata, an infinite gap as None."""
        return [{"gap": gap if math.isfinite(gap) else None, "dice": dict(dice)} for gap, dice in self.dice.items()]


def choose_gap(found: Sequence[Outlined]) -> GapChoice:
    """The smallest of `GAPS` that costs no data set more than `COST` of mean Dice against none.

    `found` must hold every outline, see `outlined.without_rules`. It is chosen before, and without, the rules that
    withhold outlines: an outline that these hide later overlaps with nothing, with a gap as without. Without a lesion
    that somebody outlined there is no gap: nothing speaks for one.
    """
    lesions = [one for one in found if one.lesion_area]
    dice = {gap: _mean_dice(lesions, gap) for gap in GAPS}
    free = dice[math.inf]
    costless = (gap for gap in GAPS if free and all(free[name] - dice[gap][name] <= COST for name in free))
    return GapChoice(next(costless, math.inf), dice)


def gap_words(gap: float | None) -> str:
    """A gap as a person reads it; infinite and None, as it stands in metadata: ``none``."""
    return "none" if gap is None or math.isinf(gap) else f"{gap:g}"


def _mean_dice(lesions: Sequence[Outlined], gap: float) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for one in lesions:
        values.setdefault(one.dataset, []).append(one.within(gap).dice)
    return {name: float(np.mean(dice)) for name, dice in values.items()}
