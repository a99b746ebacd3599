"""Lesion probability of frames, by a segmentation bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .analysis import ModelIdentity
from .prepare import Preprocessing

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
        smallest_lesion: components below this share of the analysed region's area are dropped.
        withhold_above: outlines are withheld on frames whose probability of being normal is at least this.
    """

    identity: ModelIdentity
    network: nn.Module
    preprocessing: Preprocessing
    threshold: float
    smallest_lesion: float
    withhold_above: float

    def probabilities(self, batch: torch.Tensor) -> NDArray[np.float32]:
        """Prepared images ``[B, 1, S, S]`` give lesion probabilities ``[B, S, S]`` in [0, 1]."""
        import torch

        with torch.inference_mode():
            return torch.sigmoid(self.network(batch))[:, 0].float().cpu().numpy()
