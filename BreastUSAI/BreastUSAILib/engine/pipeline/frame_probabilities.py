"""The class probabilities of the frames of one analysis, from all that the pair of networks asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..bundles.bundle import Models
from ..findings.analysis import Lesion, Probabilities, Verdict
from ..images.frames import Rectangle
from ..lesions.descriptors.evidence import all_measures, evidence_measures, main_lesion
from ..models.lesion_presence import surest_tissue
from ..models.passes import Batch


@dataclass
class FrameProbabilities:
    """What is known of each frame so far, by its index.

    Args:
        models: the pair.
        prevalence: that was asked for, or None.
        calibrated: the probabilities as calibrated.
        reported: those at the prevalence that was asked for.
    """

    models: Models
    prevalence: float | None
    calibrated: dict[int, Probabilities] = field(default_factory=dict)
    reported: dict[int, Probabilities] = field(default_factory=dict)

    def surest(self, lesions: NDArray[np.float32], batch: Batch) -> list[float] | None:
        """Of each frame, see `surest_tissue`; None where the pair's P(lesion) is the classifier's."""
        if self.models.segmenter.presence is None:
            return None
        return [surest_tissue(square, batch.segmenter_box) for square in lesions]

    def note(self, indices: Sequence[int], logits: NDArray[np.float32], surest: Sequence[float] | None = None) -> None:
        """Keep the class probabilities of some frames, from their logits ``[B, 3]``.

        By both networks where there are lesion probabilities to judge by too.
        """
        if not indices:
            return
        presence = self.models.segmenter.presence
        calibrated = self.models.classifier.calibration.probabilities(logits)
        if presence is not None and surest is not None:
            each = zip(calibrated, surest, strict=True)
            calibrated = np.array([astuple(presence.composed(Probabilities(*row), tissue)) for row, tissue in each])
        self._keep(indices, calibrated)

    def judge_outlines(self, index: int, lesions: Sequence[Lesion], region: Rectangle) -> None:
        """Add what the descriptors of a frame's main lesion say of its malignancy."""
        judged = main_lesion(lesions)
        if judged is not None and self.models.segmenter.evidence is not None:
            self._keep([index], np.array([astuple(self.with_descriptors(self.calibrated[index], judged, region))]))

    def with_descriptors(self, calibrated: Probabilities, lesion: Lesion, region: Rectangle) -> Probabilities:
        """Calibrated probabilities with what a lesion's descriptors say of its malignancy, where the pair asks them."""
        evidence = self.models.segmenter.evidence
        measures = None if evidence is None else evidence_measures(all_measures(lesion, region))
        if evidence is None or measures is None:
            return calibrated
        return evidence.composed(calibrated, measures, self.models.classifier.calibration.prevalence)

    def verdict(self, frame: int) -> Verdict:
        """The answer for one frame, at the prevalence that was asked for."""
        return self.models.classifier.verdict(self.calibrated[frame], frame, self.prevalence)

    def _keep(self, indices: Sequence[int], calibrated: NDArray[np.float64]) -> None:
        reported = self.models.classifier.reported(calibrated, self.prevalence)
        for known, rows in ((self.calibrated, calibrated), (self.reported, reported)):
            for index, row in zip(indices, rows, strict=True):
                known[index] = Probabilities(*(float(value) for value in row))
