"""A convolutional network of four layers: the plain baseline."""

from __future__ import annotations

from torch import nn

from .blocks import convolution, he_initialized
from .feature_classifier import TrunkClassifier

_WIDTHS = (32, 64, 128, 256)


class FourLayerCNN(TrunkClassifier):
    """Four times convolution, batch normalization, ReLU and 2×2 maximum; then the mean over the image.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, W]`` with H and W of 16 or more; output logits ``[B, num_classes]``.
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 3, dropout: float = 0.0) -> None:
        layers: list[nn.Module] = []
        channels = in_channels
        for width in _WIDTHS:
            layers += [convolution(channels, width), nn.MaxPool2d(2)]
            channels = width
        super().__init__(he_initialized(nn.Sequential(*layers)), channels, num_classes, dropout)
