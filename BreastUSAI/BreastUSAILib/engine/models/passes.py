"""What the two networks give for a batch of prepared frames, and the plain way to get it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from ..findings.analysis import Label
from ..images.letterbox import Letterbox
from ..preparing.lesion_channel import lesion_channel
from ..stopwatch import Stopwatch
from .classifier import Classifier
from .encoder_features import noted_features, region_means
from .segmenter import Segmenter


@dataclass(frozen=True)
class Batch:
    """Prepared images of some frames, made from their pixels alone, on the device.

    Args:
        for_classifier: ``[B, 1, S, S]``.
        for_segmenter: ``[B, 1, T, T]``; the same tensor where both networks want the same.
        classifier_box: the way from the frames' grid to the classifier's square.
        segmenter_box: that to the segmenter's.
        lesion_masks: ``[B, 1, S, S]`` of 0 and 1, for a classifier that wants a lesion mask; None: the predicted one.
        mirrored: whether each image is read together with its mirror image, which costs as much again.
    """

    for_classifier: torch.Tensor
    for_segmenter: torch.Tensor
    classifier_box: Letterbox
    segmenter_box: Letterbox
    lesion_masks: torch.Tensor | None = None
    mirrored: bool = True


@dataclass(frozen=True)
class Outputs:
    """Of each frame of a batch.

    Args:
        logits: ``[B, 3]``, the mean over the image and its mirror image where that was read too.
        heat: explanations ``[B, h, w]`` in [0, 1] on the classifier's square, or None where none was asked for.
        lesions: lesion probabilities ``[B, T, T]`` on the segmenter's square; None as `heat`.
        features: of the classifier's encoder at two depths (`region_means`), each ``[B, C]``; None where it has none.
    """

    logits: NDArray[np.float32]
    heat: NDArray[np.float32] | None = None
    lesions: NDArray[np.float32] | None = None
    features: tuple[NDArray[np.float32], ...] | None = None

    def only(self, kept: Sequence[int]) -> Outputs:
        """Those of some frames of the batch, by their places in it."""
        places = list(kept)
        heat, lesions = (None if part is None else part[places] for part in (self.heat, self.lesions))
        features = None if self.features is None else tuple(part[places] for part in self.features)
        return Outputs(self.logits[places], heat, lesions, features)


class Passes(Protocol):
    """Takes a batch through both networks."""

    def __call__(self, batch: Batch, explained: Label | None, watch: Stopwatch) -> Outputs:
        """Classify; where a class to explain is named, explain it and segment too."""


@dataclass(frozen=True)
class SeparatePasses:
    """Each network by itself. Fits every pair."""

    classifier: Classifier
    segmenter: Segmenter

    def __call__(self, batch: Batch, explained: Label | None, watch: Stopwatch) -> Outputs:
        """As in `Passes`. A classifier that wants a lesion mask gets the one just predicted, unless one is given."""
        lesions, images = None, batch.for_classifier
        if explained is not None or self.classifier.needs_lesion_mask:
            with watch.timing("segment"):
                lesions = self.segmenter.probabilities(batch.for_segmenter, batch.mirrored)
                if self.classifier.needs_lesion_mask:
                    images = torch.cat([images, self._masks(lesions, batch)], dim=1)
        with watch.timing("classify"), noted_features(self.classifier.network) as noted:
            logits, heat = self.classifier.logits(images, explained, batch.mirrored)
        features = region_means(noted, batch.classifier_box)
        return Outputs(logits, heat, None if heat is None else lesions, features)

    def _masks(self, lesions: NDArray[np.float32], batch: Batch) -> torch.Tensor:
        if batch.lesion_masks is not None:
            return batch.lesion_masks
        masks = lesion_channel(lesions, self.segmenter.threshold, batch.segmenter_box, batch.classifier_box)
        return torch.from_numpy(masks[:, None]).to(batch.for_classifier.device)
