"""What becomes of the likelihood where something in the image is changed, as plain data. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Change(str, Enum):
    """What is changed, in the order in which it is shown."""

    MARKS = "marks"
    LESION = "lesion"
    OUTLINE = "outline"
    GAIN_UP = "gain_up"
    GAIN_DOWN = "gain_down"


class WhyNot(str, Enum):
    """Why a change could not be made."""

    NO_MARKS = "no_marks"
    NO_LESION = "no_lesion"
    NO_EDIT = "no_edit"
    NO_TISSUE = "no_tissue"


@dataclass(frozen=True)
class Counterfactual:
    """One change and what it does.

    Args:
        change: what was changed.
        before: the likelihood of malignancy without the change; of the lesion most probably malignant for `OUTLINE`,
            of the frame for the others. None where the change could not be made.
        after: that with the change.
        lesion_before: the probability that the frame shows a lesion, without the change; None for `OUTLINE`.
        lesion_after: that with the change.
        changed: share of the analyzed region whose pixels were changed.
        why_not: why it could not be made; None where it was.
    """

    change: Change
    before: float | None = None
    after: float | None = None
    lesion_before: float | None = None
    lesion_after: float | None = None
    changed: float = 0.0
    why_not: WhyNot | None = None

    @property
    def difference(self) -> float | None:
        """By how much the likelihood changes; None where the change could not be made."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class Counterfactuals:
    """All changes of one frame.

    Args:
        frame: the frame.
        likelihood: its likelihood of malignancy as it is, at the prevalence that was asked for.
        checks: one for every `Change`, in their order.
        pictures: the analyzed region ``[h, w]`` uint8 as it is, by ``""``, and changed, by the change's name; nothing
            beside the scan is in them.
    """

    frame: int
    likelihood: float
    checks: tuple[Counterfactual, ...]
    pictures: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures, plain JSON types."""
        return {
            "frame": self.frame,
            "likelihood": round(self.likelihood, 6),
            "checks": [
                {
                    "change": one.change.value,
                    "difference": _rounded(one.difference),
                    "before": _rounded(one.before),
                    "after": _rounded(one.after),
                    "lesion_before": _rounded(one.lesion_before),
                    "lesion_after": _rounded(one.lesion_after),
                    "changed": round(one.changed, 6),
                    "why_not": None if one.why_not is None else one.why_not.value,
                }
                for one in self.checks
            ],
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
