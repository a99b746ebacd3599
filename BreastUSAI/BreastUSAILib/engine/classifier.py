"""Class probabilities of frames, and where they come from, by a classification bundle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .analysis import CLASSES, Label, Malignancy, ModelIdentity, Probabilities, Verdict
from .prepare import Preprocessing

if TYPE_CHECKING:
    import torch
    from torch import nn

    from .explain import GradCam

_Z95 = 1.959964  # two-sided 95 % of the normal distribution


@dataclass(frozen=True)
class Calibration:
    """How a network's logits become probabilities that can be read as frequencies; fitted on held-out patients.

    Args:
        temperature: divides the logits (Guo et al. 2017, arXiv:1706.04599).
        slope_variance: variance of a logistic recalibration's slope over bootstrap samples of patients.
        intercept_variance: that of its intercept.
        covariance: that of both.
        least_confidence: below this highest class probability the verdict is *undetermined*.
    """

    temperature: float
    slope_variance: float
    intercept_variance: float
    covariance: float
    least_confidence: float

    def probabilities(self, logits: NDArray) -> NDArray[np.float64]:
        """Logits ``[B, 3]`` as probabilities ``[B, 3]`` that sum to 1."""
        scaled = logits.astype(np.float64) / self.temperature
        odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def malignancy(self, probability: float) -> Malignancy:
        """The likelihood with the 95 % interval that the size of the calibration set allows."""
        clipped = min(max(probability, 1e-6), 1 - 1e-6)
        log_odds = math.log(clipped / (1 - clipped))
        variance = self.slope_variance * log_odds**2 + 2 * self.covariance * log_odds + self.intercept_variance
        reach = _Z95 * math.sqrt(max(variance, 0.0))
        low, high = (1 / (1 + math.exp(-(log_odds + side * reach))) for side in (-1, 1))
        return Malignancy(probability, min(low, probability), max(high, probability))

    def verdict(self, probabilities: Probabilities, key_frame: int) -> Verdict:
        """The word for a key frame's probabilities."""
        values = [getattr(probabilities, label.value) for label in CLASSES]
        best = max(values)
        label = CLASSES[values.index(best)] if best >= self.least_confidence else Label.UNDETERMINED
        return Verdict(label, probabilities, self.malignancy(probabilities.malignant), key_frame)


@dataclass(frozen=True)
class Classifier:
    """A classification network with what its bundle says about it.

    Args:
        identity: name, version and hash.
        network: MONAI EfficientNet, images ``[B, 1, S, S]`` to logits ``[B, 3]`` (normal, benign, malignant).
        preprocessing: how its input is made.
        calibration: how its logits become probabilities.
        explainer: Grad-CAM of the network at the stage that the bundle names.
    """

    identity: ModelIdentity
    network: nn.Module
    preprocessing: Preprocessing
    calibration: Calibration
    explainer: GradCam

    def classify(self, batch: torch.Tensor) -> NDArray[np.float64]:
        """Prepared images ``[B, 1, S, S]`` give calibrated probabilities ``[B, 3]``.

        The logits are the mean of those of each image and of its mirror image: left and right mean nothing here.
        """
        import torch

        with torch.inference_mode():
            return self._from_both(self.network(batch).float().cpu().numpy(), batch)

    def classify_and_explain(
        self, batch: torch.Tensor, explained: Label
    ) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """As `classify`, with Grad-CAM maps ``[B, h, w]`` in [0, 1] of one class from the images' own forward pass."""
        logits, maps = self.explainer(batch, CLASSES.index(explained))
        return self._from_both(logits, batch), maps

    def _from_both(self, logits: NDArray[np.float32], batch: torch.Tensor) -> NDArray[np.float64]:
        """The probabilities from the images' logits ``[B, 3]`` and those of their mirror images, still to be made.

        The mirror images go in a pass of their own: one of twice the size is slower where caches are small.
        """
        import torch

        with torch.inference_mode():
            mirrored = self.network(batch.flip(-1)).float().cpu().numpy()
        return self.calibration.probabilities((logits + mirrored) / 2)
