"""How sure a calibrated likelihood is, and the change that makes one of another kind of view calibrated too."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..findings.analysis import Malignancy

_Z95 = 1.959964  # two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class Spread:
    """Covariance of slope and intercept of a logistic recalibration over bootstrap samples of patients.

    Args:
        slope_variance: that of the slope.
        intercept_variance: that of the intercept.
        covariance: of both.
    """

    slope_variance: float
    intercept_variance: float
    covariance: float

    def reach(self, log_odds: float) -> float:
        """Half the 95 % interval about the recalibrated value of these log-odds, in log-odds."""
        squared = self.slope_variance * log_odds**2 + 2 * self.covariance * log_odds + self.intercept_variance
        return _Z95 * math.sqrt(max(squared, 0.0))


@dataclass(frozen=True)
class Recalibration(Spread):
    """A logistic change of the likelihood of malignancy (Platt 1999), fitted on held-out patients' lesions.

    Args:
        slope: times the log-odds; above 0, so that no two lesions change places.
        intercept: added to them.
    """

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and self.slope > 0 and math.isfinite(self.intercept)):
            raise ValueError(f"a recalibration of slope {self.slope} and intercept {self.intercept}")

    def malignancy(self, probability: float) -> Malignancy:
        """The recalibrated likelihood with its 95 % interval."""
        before = log_odds(probability)
        return with_interval(_probability(self.slope * before + self.intercept), self.reach(before))


def with_interval(probability: float, reach: float) -> Malignancy:
    """A likelihood whose interval reaches that far to both sides, in log-odds."""
    centre = log_odds(probability)
    low, high = _probability(centre - reach), _probability(centre + reach)
    return Malignancy(probability, min(low, probability), max(high, probability))


def log_odds(probability: float) -> float:
    """Of a probability in [0, 1], kept a millionth from both ends."""
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))


def _probability(odds: float) -> float:
    return 0.5 * (1 + math.tanh(odds / 2))  # the logistic function, which no odds overflow
