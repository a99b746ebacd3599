"""MobileNetV2."""

from __future__ import annotations

from torch import nn

from .blocks import InvertedResidual, convolution, he_initialized
from .feature_classifier import TrunkClassifier

FEATURES = 1280
"""Channels of the trunk's last feature map."""

_STAGES = (
    # expansion, channels, blocks, stride of the first: table 2 of the paper
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class MobileNetV2(TrunkClassifier):
    """MobileNetV2 at width 1 (Sandler et al. 2018, arXiv:1801.04381): 2.2 M weights without the linear layer.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, W]``; output logits ``[B, num_classes]``.
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 3, dropout: float = 0.2) -> None:
        super().__init__(mobilenet_v2_trunk(in_channels), FEATURES, num_classes, dropout)


def mobilenet_v2_trunk(in_channels: int) -> nn.Sequential:
    """The layers from images ``[B, in_channels, H, W]`` to the feature map ``[B, FEATURES, ⌈H/32⌉, ⌈W/32⌉]``."""
    channels = 32
    layers: list[nn.Module] = [convolution(in_channels, channels, stride=2, activation=nn.ReLU6)]
    for expansion, width, blocks, stride in _STAGES:
        for block in range(blocks):
            layers.append(InvertedResidual(channels, width, stride=stride if block == 0 else 1, expansion=expansion))
            channels = width
    layers.append(convolution(channels, FEATURES, 1, activation=nn.ReLU6))
    return he_initialized(nn.Sequential(*layers))
