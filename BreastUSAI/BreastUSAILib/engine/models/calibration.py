"""Calibration of probabilities: of a whole frame's classes, and of a lesion's likelihood; and how sure both are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import OptionError
from ..findings.analysis import Label, Malignancy, Probabilities

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
        return with_interval(probability_of(self.slope * before + self.intercept), self.reach(before))


def with_interval(probability: float, reach: float) -> Malignancy:
    """A likelihood whose interval reaches that far to both sides, in log-odds."""
    center = log_odds(probability)
    low, high = probability_of(center - reach), probability_of(center + reach)
    return Malignancy(probability, min(low, probability), max(high, probability))


def log_odds(probability: float) -> float:
    """Of a probability in [0, 1], kept a millionth from both ends."""
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))


def probability_of(odds: float) -> float:
    """From log-odds of any size."""
    return 0.5 * (1 + math.tanh(odds / 2))  # the logistic function, which no odds overflow


@dataclass(frozen=True)
class Calibration:
    """How a network's logits become probabilities that can be read as frequencies; fitted on held-out patients.

    Args:
        temperature: divides the logits (Guo et al. 2017, arXiv:1706.04599).
        slope_variance: variance of a logistic recalibration's slope over bootstrap samples of patients.
        intercept_variance: that of its intercept.
        covariance: that of both.
        least_confidence: below this probability of the likelier of benign and malignant, given a lesion, the verdict
            is *undetermined*.
        normal_below: probability of a lesion below which a frame is called normal and its outlines are withheld; where
            normal is likelier than a lesion, but not by that much, the verdict is *undetermined*. 0: no frame is.
        bias: added to the divided logits, one a class (bias-corrected temperature scaling, Alexandari et al. 2020,
            arXiv:1901.06852).
        prevalence: share of malignant among the lesions it was fitted on, strictly between 0 and 1, or None where
            the bundle does not say.
    """

    temperature: float
    slope_variance: float
    intercept_variance: float
    covariance: float
    least_confidence: float
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    prevalence: float | None = None
    normal_below: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "bias", tuple(float(value) for value in self.bias))  # JSON has lists

    def probabilities(self, logits: NDArray) -> NDArray[np.float64]:
        """Logits ``[B, 3]`` as probabilities ``[B, 3]`` that sum to 1."""
        scaled = logits.astype(np.float64) / self.temperature + np.array(self.bias)
        odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def at_prevalence(self, probabilities: NDArray, prevalence: float) -> NDArray[np.float64]:
        """Probabilities ``[..., 3]`` as they are where that share of all lesions is malignant.

        Bayes' rule with the class densities kept (Saerens et al. 2002, Neural Computation 14:21-41). The share of
        normals among all images stays that of the calibration set. Raises OptionError where `prevalence` does not lie
        strictly between 0 and 1, or the bundle does not state its own.
        """
        if self.prevalence is None:
            raise OptionError(
                "this bundle does not state the prevalence it was calibrated at",
                remedy="Leave the prevalence out, or calibrate the bundle again",
            )
        if not 0 < prevalence < 1:
            raise OptionError(
                f"a prevalence of {prevalence} is not possible",
                remedy="Give the share of malignant among all lesions, between 0 and 1",
            )
        weights = np.array([1.0, (1 - prevalence) / (1 - self.prevalence), prevalence / self.prevalence])
        odds = np.asarray(probabilities, dtype=np.float64) * weights
        return odds / odds.sum(axis=-1, keepdims=True)

    def malignancy(self, probability: float) -> Malignancy:
        """The likelihood with the 95 % interval that the size of the calibration set allows."""
        spread = Spread(self.slope_variance, self.intercept_variance, self.covariance)
        return with_interval(probability, spread.reach(log_odds(probability)))

    def calls_normal(self, calibrated: Probabilities) -> bool:
        """Whether a lesion is so improbable that the frame is called normal, whatever prevalence is asked for."""
        return calibrated.lesion < self.normal_below

    def label(self, calibrated: Probabilities, likelihood: float) -> Label:
        """The word for a frame by its probabilities as calibrated, and its likelihood at the prevalence asked for."""
        if self.calls_normal(calibrated):
            return Label.NORMAL
        if calibrated.lesion < calibrated.normal or max(likelihood, 1 - likelihood) < self.least_confidence:
            return Label.UNDETERMINED
        return Label.MALIGNANT if likelihood > 0.5 else Label.BENIGN
