"""One pass through the encoder where classifier and segmenter have the same one."""

from __future__ import annotations

import numpy as np
import torch
from monai.networks.nets import EfficientNetBN
from numpy.typing import NDArray
from torch import Tensor, nn

from ..explanations.grad_cam import GradCam, stages
from ..findings.analysis import CLASSES, Label
from ..networks.attention_unet import EfficientAttentionUNet
from ..stopwatch import Stopwatch
from .classifier import Classifier
from .encoder_features import OF_ENCODER, region_means
from .passes import Batch, Outputs
from .segmenter import Segmenter, lesion_probabilities

_ENCODER = ("_conv_stem_padding", "_conv_stem", "_bn0", "_blocks")
_HALF = np.float32(0.5)


def shares_encoder(classifier: Classifier, segmenter: Segmenter) -> bool:
    """Whether one encoder pass can serve both networks with the same results.

    It can where an EfficientNet and an `EfficientAttentionUNet` see the same image alone, their stems and stages are
    the same to the last bit, and Grad-CAM explains the last stage, which both have in common.
    """
    network, other = classifier.network, segmenter.network
    return (
        isinstance(network, EfficientNetBN)
        and isinstance(other, EfficientAttentionUNet)
        and classifier.inputs == ("image",)
        and classifier.preprocessing == segmenter.preprocessing
        and isinstance(classifier.explainer, GradCam)
        and classifier.explainer.layer == stages(network)[-1]
        and all(_same(getattr(network, name), getattr(other.encoder, name)) for name in _ENCODER)
    )


def _same(one: nn.Module, other: nn.Module) -> bool:
    """Whether two modules have the same layers, settings and weights."""
    weights, others = one.state_dict(), other.state_dict()
    return (
        repr(one) == repr(other)
        and weights.keys() == others.keys()
        and all(torch.equal(weights[name], others[name]) for name in weights)
    )


class SharedEncoder:
    """Both networks' `Passes` where `shares_encoder` says so: the encoder runs once an image and once a mirror image.

    Args:
        classifier: its head and its explanation are used.
        segmenter: its encoder and its decoder are used.
    """

    def __init__(self, classifier: Classifier, segmenter: Segmenter) -> None:
        assert isinstance(classifier.explainer, GradCam)
        assert isinstance(segmenter.network, EfficientAttentionUNet)
        self._explainer = classifier.explainer
        self._network = segmenter.network
        self._mirror = segmenter.mirror

    def __call__(self, batch: Batch, explained: Label | None, watch: Stopwatch) -> Outputs:
        """As in `Passes`."""
        images = batch.for_segmenter
        with watch.timing("encode"), torch.inference_mode():
            features = self._network.encoder(images)
            mirrored = self._network.encoder(images.flip(-1))
        means = region_means([features[place] for place in OF_ENCODER], batch.segmenter_box)
        with watch.timing("classify"):
            other_logits = self._logits(mirrored[-1])
            if explained is None:
                return Outputs(_HALF * (self._logits(features[-1]) + other_logits), features=means)
            logits, heat = self._explainer.of_features(features[-1], CLASSES.index(explained))
        with watch.timing("segment"), torch.inference_mode():
            decoded = self._network.decode(features)
            lesions = lesion_probabilities(decoded, self._network.decode(mirrored) if self._mirror else None)
        return Outputs(_HALF * (logits + other_logits), heat, lesions, means)

    def _logits(self, features: Tensor) -> NDArray[np.float32]:
        with torch.inference_mode():
            return self._explainer.head(features).float().cpu().numpy()
