"""One pass through the encoder where classifier and segmenter have the same one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from monai.networks.nets import EfficientNetBN
from numpy.typing import NDArray
from torch import Tensor, nn

from ..explanations.fine_grad_cam import FineGradCam
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
    the same to the last bit, and Grad-CAM explains the last stage, which both have in common, alone or with
    a finer one.
    """
    network, other = classifier.network, segmenter.network
    return (
        isinstance(network, EfficientNetBN)
        and isinstance(other, EfficientAttentionUNet)
        and classifier.inputs == ("image",)
        and classifier.preprocessing == segmenter.preprocessing
        and _explains_last_stage(classifier, other)
        and all(_same(getattr(network, name), getattr(other.encoder, name)) for name in _ENCODER)
    )


def _explains_last_stage(classifier: Classifier, segmenter: EfficientAttentionUNet) -> bool:
    explainer, last = classifier.explainer, len(stages(classifier.network)) - 1
    if isinstance(explainer, FineGradCam):
        between = [stack for stack in segmenter.encoder.extract_stacks if stack > explainer.fine + 1]
        return explainer.coarse == last and len(between) == 1 and explainer.fine + 1 in segmenter.encoder.extract_stacks
    return isinstance(explainer, GradCam) and explainer.layer == stages(classifier.network)[last]


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
        assert isinstance(classifier.explainer, (GradCam, FineGradCam))
        assert isinstance(segmenter.network, EfficientAttentionUNet)
        self._explainer = classifier.explainer
        self._network = segmenter.network
        self._mirror = segmenter.mirror

    def __call__(self, batch: Batch, explained: Label | None, watch: Stopwatch) -> Outputs:
        """As in `Passes`."""
        images = batch.for_segmenter
        with watch.timing("encode"), torch.inference_mode():
            fine = self._explainer if explained is not None and isinstance(self._explainer, FineGradCam) else None
            features = self._network.encoder(images) if fine is None else self._up_to(fine.fine, images)
            mirrored = self._network.encoder(images.flip(-1)) if batch.mirrored else None
        with watch.timing("classify"):
            other_logits = None if mirrored is None else self._logits(mirrored[-1])
            if explained is None:
                return Outputs(_mean(self._logits(features[-1]), other_logits), features=_means(features, batch))
            target = CLASSES.index(explained)
            if fine is not None:  # its gradient is recorded from the finer stage on: the later ones run within
                logits, heat, last = fine.of_features(features[-1], target)
                features.append(last)
            else:
                assert isinstance(self._explainer, GradCam)
                logits, heat = self._explainer.of_features(features[-1], target)
        with watch.timing("segment"), torch.inference_mode():
            decoded = self._network.decode(features)
            other = self._network.decode(mirrored) if self._mirror and mirrored is not None else None
            lesions = lesion_probabilities(decoded, other)
        return Outputs(_mean(logits, other_logits), heat, lesions, _means(features, batch))

    def _up_to(self, stage: int, images: Tensor) -> list[Tensor]:
        """What the encoder gives the decoder, up to that stage of its own, which is one of them."""
        encoder = self._network.encoder
        features = encoder._swish(encoder._bn0(encoder._conv_stem(encoder._conv_stem_padding(images))))
        given = []
        for number, block in enumerate(encoder._blocks[: stage + 1], start=1):
            features = block(features)
            if number in encoder.extract_stacks:
                given.append(features)
        return given

    def _logits(self, features: Tensor) -> NDArray[np.float32]:
        with torch.inference_mode():
            return self._explainer.head(features).float().cpu().numpy()


def _mean(logits: NDArray[np.float32], other: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Of both where the mirror images were read."""
    return logits if other is None else _HALF * (logits + other)


def _means(features: Sequence[Tensor], batch: Batch) -> tuple[NDArray[np.float32], ...] | None:
    """Of what the encoder gives, all of it, what a gate looks at."""
    return region_means([features[place] for place in OF_ENCODER], batch.segmenter_box)
