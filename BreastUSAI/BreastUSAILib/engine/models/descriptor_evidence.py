"""What a lesion's descriptors say of its malignancy, beside what the classifier says of its frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..findings.analysis import Probabilities
from .calibration import log_odds, probability_of

MEASURES = (
    *("log_height_width_ratio", "ellipse_overlap", "solidity", "axis_ratio"),
    *("sharpness", "lobulation", "log_share_of_region"),
)
"""What it is judged by: see `engine/lesions/descriptors/evidence.py`, which measures it."""


@dataclass(frozen=True)
class Term:
    """What one measure adds.

    Args:
        per_unit: log-odds of malignancy per unit of it.
        low: below it a measure counts as this: nothing was seen there that tells how it goes on.
        high: the same above it.
    """

    per_unit: float
    low: float
    high: float

    def of(self, value: float) -> float:
        """The log-odds that a value adds."""
        return self.per_unit * min(max(value, self.low), self.high)


@dataclass(frozen=True)
class DescriptorEvidence:
    """The likelihood of malignancy by the classifier and by the descriptors of the outlined lesion together.

    The descriptors' log-odds, from a logistic regression of their own that knows nothing of the classifier, are added
    to the classifier's, as those of two readers with equal say; since both look at the same picture, the sum is more
    extreme than it should be and is multiplied by `weight`. Fitted on lesions of collections that neither network was
    trained on, each collection and each class counting the same. Measured from the outline, it follows an edit.

    Args:
        classifier: SHA-256 of the weights of the classifier that it belongs to; beside another one it is not used.
        constant: the descriptors' log-odds where every term adds 0.
        terms: by measure, all of `MEASURES`.
        weight: of the sum, above 0.
    """

    classifier: str
    constant: float
    terms: Mapping[str, Term]
    weight: float

    def __post_init__(self) -> None:
        if set(self.terms) != set(MEASURES):
            raise ValueError(f"terms of {', '.join(sorted(self.terms))}, not of {', '.join(MEASURES)}")
        if not (math.isfinite(self.weight) and self.weight > 0):
            raise ValueError(f"a weight of {self.weight}")

    def log_odds(self, measures: Mapping[str, float]) -> float:
        """The descriptors' own, where malignant and benign are as common."""
        return self.constant + sum(term.of(measures[name]) for name, term in self.terms.items())

    def likelihood(self, classified: float, measures: Mapping[str, float], prevalence: float | None) -> float:
        """Both together, in [0, 1].

        Args:
            classified: the classifier's likelihood.
            measures: of the lesion, all of `MEASURES`.
            prevalence: share of malignant among the lesions that the classifier was calibrated on; None: half.
        """
        known = 0.0 if prevalence is None else log_odds(prevalence)
        return probability_of(known + self.weight * (log_odds(classified) - known + self.log_odds(measures)))

    def composed(
        self, calibrated: Probabilities, measures: Mapping[str, float], prevalence: float | None
    ) -> Probabilities:
        """The probabilities of a frame with the likelihood by both and P(lesion) as it was."""
        likelihood = self.likelihood(calibrated.likelihood, measures, prevalence)
        return replace(
            calibrated, benign=calibrated.lesion * (1 - likelihood), malignant=calibrated.lesion * likelihood
        )
