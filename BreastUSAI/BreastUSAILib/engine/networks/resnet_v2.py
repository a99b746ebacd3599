"""ResNet with pre-activation: ResNet50V2, ResNet101V2 and ResNet152V2."""

from __future__ import annotations

from monai.utils import look_up_option
from torch import Tensor, nn
from torch.nn import functional

from .blocks import convolution, he_initialized
from .feature_classifier import TrunkClassifier

_BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
_EXPANSION = 4


class ResNetV2(TrunkClassifier):
    """ResNet with identity mappings (He et al. 2016, arXiv:1603.05027): normalize and activate before each convolution.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        depth: 50, 101 or 152, as the paper counts layers.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, W]``; output logits ``[B, num_classes]``. Raises ValueError for another depth.
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 3, depth: int = 152, dropout: float = 0.0) -> None:
        channels = 64
        layers: list[nn.Module] = [
            nn.Conv2d(in_channels, channels, 7, stride=2, padding=3, bias=False),
            nn.MaxPool2d(3, stride=2, padding=1),
        ]
        for stage, blocks in enumerate(look_up_option(depth, _BLOCKS)):
            width = 64 * 2**stage
            for block in range(blocks):
                layers.append(PreActivationBottleneck(channels, width, stride=2 if stage > 0 and block == 0 else 1))
                channels = width * _EXPANSION
        layers += [nn.BatchNorm2d(channels), nn.ReLU()]
        super().__init__(he_initialized(nn.Sequential(*layers)), channels, num_classes, dropout)


class PreActivationBottleneck(nn.Module):
    """1×1, 3×3 and 1×1 convolutions, each after normalization and ReLU; nothing lies between two blocks' shortcuts.

    Args:
        in_channels: channels of the input.
        width: channels in the middle; the output has four times as many.
        stride: of the 3×3 convolution.
    """

    def __init__(self, in_channels: int, width: int, stride: int) -> None:
        super().__init__()
        out_channels = width * _EXPANSION
        self.norm = nn.BatchNorm2d(in_channels)
        self.layers = nn.Sequential(
            convolution(in_channels, width, 1),
            convolution(width, width, stride=stride),
            nn.Conv2d(width, out_channels, 1, bias=False),
        )
        self.projection: nn.Conv2d | None = None
        if stride > 1 or in_channels != out_channels:
            self.projection = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """Features ``[B, in_channels, h, w]`` give ``[B, 4 width, h / stride, w / stride]``."""
        activated = functional.relu(self.norm(features))
        shortcut = features if self.projection is None else self.projection(activated)
        return shortcut + self.layers(activated)
