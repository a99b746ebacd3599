"""Lesion probability of frames, by a segmentation bundle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..bundle_limits import MOST_FRAMES_AT_ONCE
from ..findings.analysis import ModelIdentity
from ..preparing.prepare import Preprocessing
from .descriptor_evidence import DescriptorEvidence
from .lesion_presence import LesionPresence

if TYPE_CHECKING:
    import torch
    from torch import nn


@dataclass(frozen=True)
class Segmenter:
    """A segmentation network with what its bundle says about it.

    Args:
        identity: name, version and hash.
        network: images ``[B, 1, S, S]`` to lesion logits ``[B, 1, S, S]``.
        preprocessing: how its input is made.
        threshold: probability from which a pixel is lesion.
        smallest_lesion: components below this share of the analyzed region's area are dropped.
        withhold_below: on frames that the classifier calls normal (`Calibration.normal_below`), outlines whose mean
            lesion probability is below this are withheld; infinite: all are.
        mirror: whether the mean of an image's and of its mirror image's lesion probability is taken.
        lesion_evidence: components whose mean lesion probability (`Lesion.mean_probability`) is below this are
            dropped. A component's mean is hardly ever below `threshold`, so only larger values change anything.
        lesion_gap: components whose mean lesion probability lies more than this below that of the frame's surest one,
            in log-odds, are dropped; infinite: none are.
        frames_at_once: how many frames it takes in a batch.
        presence: how its answer counts in the probability of a lesion beside that of the classifier which it names;
            None: that is the classifier's alone.
        evidence: how the descriptors of its outlines count in the likelihood of malignancy beside that of the
            classifier which it names; None: that is the classifier's alone.
    """

    identity: ModelIdentity
    network: nn.Module
    preprocessing: Preprocessing
    threshold: float
    smallest_lesion: float
    withhold_below: float = math.inf
    mirror: bool = False
    lesion_evidence: float = 0.0
    lesion_gap: float = math.inf
    frames_at_once: int = MOST_FRAMES_AT_ONCE
    presence: LesionPresence | None = None
    evidence: DescriptorEvidence | None = None

    def probabilities(self, batch: torch.Tensor, mirrored: bool = True) -> NDArray[np.float32]:
        """Prepared images ``[B, 1, S, S]`` give lesion probabilities ``[B, S, S]`` in [0, 1].

        Without their mirror images where `mirrored` is False, whatever the bundle says.
        """
        import torch

        with torch.inference_mode():
            own = self.network(batch)
            return lesion_probabilities(own, self.network(batch.flip(-1)) if self.mirror and mirrored else None)


def lesion_probabilities(logits: torch.Tensor, mirrored: torch.Tensor | None) -> NDArray[np.float32]:
    """Probabilities ``[B, S, S]`` from logits ``[B, 1, S, S]``: the mean with those of the mirror images where given.

    `mirrored` are the mirror images' logits as the network gives them, that is mirrored too.
    """
    probabilities = logits.sigmoid()
    if mirrored is not None:
        probabilities = (probabilities + mirrored.sigmoid().flip(-1)) / 2
    return probabilities[:, 0].float().cpu().numpy()
