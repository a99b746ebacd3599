"""Two results side by side: two exams of one patient, or two views of one lesion. Plain data; needs numpy alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...errors import OptionError
from ..analysis import Malignancy, plain

COMPARISON_VERSION = "1.0.0"

LIKELIHOOD = "likelihood"
"""`Change.name` of the likelihood of malignancy."""


def _(words: str) -> str:
    """Marks what is translated where it is shown."""
    return words


OTHER_MODELS = _(
    "The results are by different models: a likelihood may differ for that alone. Analyze both with the same."
)
LENGTHS_NOT_COMPARED = _("The pixel size of one of the images is not known: lengths are not compared.")
OTHER_PREVALENCE = _("The likelihoods are at different prevalences: they are not comparable.")
ONE_REJECTED = _("One of the inputs was rejected and has no lesions.")
ERROR_OF_OUTLINE = _(
    "The error of a difference is that of the outlines alone: another angle or pressure of the probe changes a length "
    "too."
)
VIEWS_DISAGREE = _("The views disagree on the likelihood by more than their errors: look at each by itself.")
SUGGESTED = _("Pairs that you did not give are suggested by size and depth: check that they are the same lesion.")


@dataclass(frozen=True)
class Change:
    """How one measure of a lesion differs between two results.

    Args:
        name: `long_axis_mm`, `short_axis_mm`, `depth_mm`, `area_mm2`, `height_width_ratio`, or `likelihood`.
        before, after: the values, in the unit that the name ends with; a likelihood in [0, 1].
        error: how much of a difference the errors of both values explain; of a likelihood None: it is judged by the
            intervals of both, in log-odds. None where an error is not known.
        within_error: whether the difference is no more than that; None where it is not known.
    """

    name: str
    before: float
    after: float
    error: float | None
    within_error: bool | None

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True)
class LesionPair:
    """One lesion in both results.

    Args:
        before, after: its number in each: that of a lesion of a cine or volume, else the one in its frame.
        before_frame, after_frame: the frames where it was measured.
        suggested: whether it was paired by its measures, not by the user.
        changes: of the measures that both results have.
        likelihood: in both views together; None of two exams, and where a likelihood is missing.
    """

    before: int
    after: int
    before_frame: int
    after_frame: int
    suggested: bool
    changes: tuple[Change, ...]
    likelihood: Malignancy | None = None


@dataclass(frozen=True)
class Comparison:
    """What became of the lesions.

    Args:
        pairs: those in both results.
        only_before, only_after: the numbers of those in one alone.
        remarks: what to know before trusting it, each a sentence.
    """

    pairs: tuple[LesionPair, ...]
    only_before: tuple[int, ...]
    only_after: tuple[int, ...]
    remarks: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"comparison_version": COMPARISON_VERSION, **plain(self)}


def pair_in(text: str) -> tuple[int, int]:
    """Two numbers as they are typed, ``1:2``. Raises OptionError."""
    one, _, other = text.partition(":")
    if not (one.isdecimal() and other.isdecimal()):
        raise OptionError(f"'{text}' is not two numbers with a colon between them", remedy="Write a pair as 1:2")
    return int(one), int(other)


def one_partner_each(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Pairs by their first numbers. Raises OptionError where a lesion has two partners."""
    found: dict[int, int] = {}
    for one, other in pairs:
        if one in found or other in found.values():
            raise OptionError("a lesion is given two partners", remedy="Pair each lesion once")
        found[one] = other
    return found
