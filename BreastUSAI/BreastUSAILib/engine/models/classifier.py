"""Class probabilities of frames, and where they come from, by a classification bundle."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..bundle_limits import MOST_FRAMES_AT_ONCE
from ..errors import OptionError
from ..findings.analysis import CLASSES, Label, Malignancy, ModelIdentity, Probabilities, Verdict
from ..preparing.prepare import Preprocessing
from .calibration import Recalibration, Spread, log_odds, with_interval

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ..explanations.explanation import Explainer

INPUTS = (("image",), ("image", "lesion_mask"))
"""What a classifier's channels may be: never anything but the image and what is predicted from it."""


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


@dataclass(frozen=True)
class Classifier:
    """A classification network with what its bundle says about it.

    Args:
        identity: name, version and hash.
        network: images ``[B, C, S, S]`` to logits ``[B, 3]`` (normal, benign, malignant).
        preprocessing: how its input is made.
        calibration: how its logits become probabilities.
        explainer: makes the heat maps, as the bundle names it.
        inputs: what its channels are, one of `INPUTS`.
        lesion_recalibration: for the likelihood of a lesion by the whole frame and a closer view together; None where
            the bundle has none, and that likelihood is calibrated as the whole frame's is.
        frames_at_once: how many of them it takes in a batch; fewer for a network whose heat maps take much memory.
    """

    identity: ModelIdentity
    network: nn.Module
    preprocessing: Preprocessing
    calibration: Calibration
    explainer: Explainer
    inputs: tuple[str, ...] = ("image",)
    lesion_recalibration: Recalibration | None = None
    frames_at_once: int = MOST_FRAMES_AT_ONCE

    @property
    def needs_lesion_mask(self) -> bool:
        """Whether the second channel is the lesion mask that the segmenter predicts from the same image."""
        return "lesion_mask" in self.inputs

    def logits(
        self, batch: torch.Tensor, explained: Label | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Logits ``[B, 3]`` of prepared images ``[B, C, S, S]``, and where a class is named its maps ``[B, h, w]``.

        The logits are the mean of those of each image and of its mirror image: left and right mean nothing here. The
        heat maps, in [0, 1], are those of the images' own forward pass. The mirror images go in a pass of their own:
        one of twice the size is slower where caches are small.
        """
        import torch

        heat = None
        if explained is None:
            with torch.inference_mode():
                own = self.network(batch).float().cpu().numpy()
        else:
            own, heat = self.explainer(batch, CLASSES.index(explained))
        with torch.inference_mode():
            mirrored = self.network(batch.flip(-1)).float().cpu().numpy()
        return (own + mirrored) / 2, heat

    def reported(self, calibrated: NDArray[np.float64], prevalence: float | None) -> NDArray[np.float64]:
        """Calibrated probabilities ``[B, 3]`` at the prevalence that was asked for; as they are where none was.

        Raises OptionError where the bundle cannot shift them.
        """
        return calibrated if prevalence is None else self.calibration.at_prevalence(calibrated, prevalence)

    def verdict(self, calibrated: Probabilities, key_frame: int, prevalence: float | None) -> Verdict:
        """The answer for a key frame's calibrated probabilities, at the prevalence that was asked for.

        The ends of the likelihood's interval are shifted as the likelihood itself is. Raises OptionError.
        """
        probabilities, malignancy = calibrated, self.calibration.malignancy(calibrated.likelihood)
        if prevalence is not None:
            (row,) = self.reported(np.array([astuple(calibrated)]), prevalence)
            probabilities = Probabilities(*(float(value) for value in row))
            malignancy = self._shifted(malignancy, prevalence)
        label = self.calibration.label(calibrated, malignancy.probability)
        return Verdict(label, probabilities, malignancy, key_frame)

    def lesion_malignancy(self, logits: NDArray, prevalence: float | None) -> Malignancy:
        """A lesion's likelihood from the mean ``[3]`` of the whole frame's logits and its closer view's.

        At the prevalence that was asked for, as `verdict`. Raises OptionError.
        """
        (row,) = self.calibration.probabilities(logits[None])
        calibrated = Probabilities(*(float(value) for value in row))
        native = (self.lesion_recalibration or self.calibration).malignancy(calibrated.likelihood)
        return native if prevalence is None else self._shifted(native, prevalence)

    def _shifted(self, native: Malignancy, prevalence: float) -> Malignancy:
        """The likelihood at a prevalence: there is a lesion, and what is not malignant is benign."""
        ends = np.array([native.low, native.probability, native.high])
        rows = self.reported(np.column_stack([np.zeros(3), 1 - ends, ends]), prevalence)
        low, middle, high = (float(value) for value in rows[:, 2])
        return Malignancy(middle, low, high, prevalence)
