"""What a heat map must reach so that no warning stands beside it, as a classifier's bundle says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...findings.grades import EnergyShare, HeatMapGrades

UNFOCUSED, ON_MARKS, OUTSIDE, UNFAITHFUL, BESIDE = "unfocused", "on_marks", "outside", "unfaithful", "beside"
"""The words of `HeatMapGrades.failed`. All but the last say that the map fails; `BESIDE` that map and mask disagree."""


@dataclass(frozen=True)
class GradeThresholds:
    """Limits of one classifier's heat maps, chosen on held-out images by ``python -m Training explanations``.

    None: that grade fails nobody. Without any, as in bundles that have none, the grades are told and no flag is raised.

    Args:
        least_energy_ratio: the least energy in the lesion over its area; below it a map that knows nothing does as
            well.
        most_marks: the largest share of energy on calipers and text, where they cover less.
        most_outside: the largest share of energy outside the scan area, where that covers less.
        least_gain: the least `CostlyGrades.gain`.
    """

    least_energy_ratio: float | None = None
    most_marks: float | None = None
    most_outside: float | None = None
    least_gain: float | None = None

    @classmethod
    def from_metadata(cls, values: Mapping[str, Any] | None) -> GradeThresholds:
        """What the key ``grades`` of a bundle's ``explanation`` says. Raises TypeError for keys that there are not."""
        return cls(**(values or {}))

    @property
    def is_set(self) -> bool:
        """Whether there is any."""
        return any(getattr(self, item.name) is not None for item in fields(self))

    def failed(self, grades: HeatMapGrades) -> tuple[str, ...]:
        """What a map with these grades fails, in the order of the words above."""
        if not self.is_set or grades.is_empty:
            return ()
        lesion, costly = grades.lesion, grades.costly
        least, ratio = self.least_energy_ratio, None if lesion is None else lesion.ratio
        fails = {
            UNFOCUSED: least is not None and ratio is not None and ratio < least,
            ON_MARKS: _too_much(grades.marks, self.most_marks),
            OUTSIDE: _too_much(grades.outside, self.most_outside),
            UNFAITHFUL: self.least_gain is not None and costly is not None and costly.gain < self.least_gain,
            BESIDE: grades.points_at_band is False,
        }
        return tuple(word for word, is_so in fails.items() if is_so)


def _too_much(share: EnergyShare | None, most: float | None) -> bool:
    """Whether more of the energy lies there than may, and more than would by chance."""
    return most is not None and share is not None and share.energy > max(most, share.area)
