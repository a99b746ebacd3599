"""EfficientNet-Lite0."""

from __future__ import annotations

from torch import nn

from .blocks import InvertedResidual, convolution, drop_path_rates, he_initialized
from .feature_classifier import TrunkClassifier

_EPS = 1e-3
_FEATURES = 1280
_STAGES = (
    # expansion, channels, blocks, stride of the first, kernel: EfficientNet-B0's, table 1 of the paper
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


class EfficientNetLite0(TrunkClassifier):
    """EfficientNet-Lite0: 3.4 M weights without the linear layer.

    EfficientNet-B0 (Tan and Le 2019, arXiv:1905.11946) as its authors changed it for small devices: without squeeze
    and excitation, and with ReLU6 in place of swish. Convolutions with a stride are padded alike on all sides, where
    theirs are padded at the lower right: the same features, of places that lie 31 pixels further to the upper left.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        dropout: before the linear layer.
        drop_path: probability that the last block is skipped while training; it rises linearly from the first one's 0.

    Input ``[B, in_channels, H, W]``; output logits ``[B, num_classes]``.
    """

    def __init__(
        self, in_channels: int = 1, num_classes: int = 3, dropout: float = 0.2, drop_path: float = 0.2
    ) -> None:
        rates = iter(drop_path_rates(drop_path, sum(stage[2] for stage in _STAGES)))
        channels = 32
        layers: list[nn.Module] = [convolution(in_channels, channels, stride=2, activation=nn.ReLU6, eps=_EPS)]
        for expansion, width, blocks, stride, kernel in _STAGES:
            for block in range(blocks):
                layers.append(
                    InvertedResidual(
                        channels,
                        width,
                        stride=stride if block == 0 else 1,
                        expansion=expansion,
                        kernel_size=kernel,
                        eps=_EPS,
                        drop_path=next(rates),
                    )
                )
                channels = width
        layers.append(convolution(channels, _FEATURES, 1, activation=nn.ReLU6, eps=_EPS))
        super().__init__(he_initialized(nn.Sequential(*layers)), _FEATURES, num_classes, dropout)
