"""Class probabilities of frames, and where they come from, by a classification bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..bundle_limits import MOST_FRAMES_AT_ONCE
from ..explanations.grading.thresholds import GradeThresholds
from ..findings.analysis import CLASSES, Label, Malignancy, ModelIdentity, Probabilities, Verdict
from ..preparing.prepare import Preprocessing
from .calibration import Calibration, Recalibration

if TYPE_CHECKING:
    import torch
    from torch import nn

    from ..explanations.explanation import Explainer
    from ..gatekeeper.gate import Gate

NO_THRESHOLDS = GradeThresholds()
INPUTS = (("image",), ("image", "lesion_mask"))
"""What a classifier's channels may be: never anything but the image and what is predicted from it."""


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
        grade_thresholds: what its heat maps must reach so that no warning stands beside them.
        gate: what was learned of the pictures that it may judge; None where the bundle has none, or one for other
            weights.
    """

    identity: ModelIdentity
    network: nn.Module
    preprocessing: Preprocessing
    calibration: Calibration
    explainer: Explainer
    inputs: tuple[str, ...] = ("image",)
    lesion_recalibration: Recalibration | None = None
    frames_at_once: int = MOST_FRAMES_AT_ONCE
    grade_thresholds: GradeThresholds = NO_THRESHOLDS
    gate: Gate | None = None

    @property
    def needs_lesion_mask(self) -> bool:
        """Whether the second channel is the lesion mask that the segmenter predicts from the same image."""
        return "lesion_mask" in self.inputs

    def logits(
        self, batch: torch.Tensor, explained: Label | None = None, mirrored: bool = True
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Logits ``[B, 3]`` of prepared images ``[B, C, S, S]``, and where a class is named its maps ``[B, h, w]``.

        Where `mirrored`, the logits are the mean of those of each image and of its mirror image: left and right mean
        nothing here. The heat maps, in [0, 1], are those of the images' own forward pass. The mirror images go in a
        pass of their own: one of twice the size is slower where caches are small.
        """
        import torch

        heat = None
        if explained is None:
            with torch.inference_mode():
                own = self.network(batch).float().cpu().numpy()
        else:
            own, heat = self.explainer(batch, CLASSES.index(explained))
        if not mirrored:
            return own, heat
        with torch.inference_mode():
            other = self.network(batch.flip(-1)).float().cpu().numpy()
        return (own + other) / 2, heat

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

    def lesion_malignancy(
        self,
        logits: NDArray,
        prevalence: float | None,
        composed: Callable[[Probabilities], Probabilities] | None = None,
    ) -> Malignancy:
        """A lesion's likelihood from the mean ``[3]`` of the whole frame's logits and its closer view's.

        At the prevalence that was asked for, as `verdict`. `composed` adds to the calibrated probabilities what else
        is known of the lesion. Raises OptionError.
        """
        (row,) = self.calibration.probabilities(logits[None])
        calibrated = Probabilities(*(float(value) for value in row))
        if composed is not None:
            calibrated = composed(calibrated)
        native = (self.lesion_recalibration or self.calibration).malignancy(calibrated.likelihood)
        return native if prevalence is None else self._shifted(native, prevalence)

    def _shifted(self, native: Malignancy, prevalence: float) -> Malignancy:
        """The likelihood at a prevalence: there is a lesion, and what is not malignant is benign."""
        ends = np.array([native.low, native.probability, native.high])
        rows = self.reported(np.column_stack([np.zeros(3), 1 - ends, ends]), prevalence)
        low, middle, high = (float(value) for value in rows[:, 2])
        return Malignancy(middle, low, high, prevalence)
