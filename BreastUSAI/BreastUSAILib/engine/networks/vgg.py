"""VGG16 and VGG19, and VGG16 whose feature rows an LSTM reads."""

from __future__ import annotations

from monai.utils import look_up_option
from torch import Tensor, nn
from torch.nn import functional

from .blocks import convolution, he_initialized
from .feature_classifier import FeatureClassifier, TrunkClassifier
from .row_lstm import RowReader

FEATURES = 512
"""Channels of the trunk's last feature map."""

_WIDTHS = (64, 128, 256, 512, 512)
_CONVOLUTIONS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_COLUMNS = 8
_STATE = 256


class VGG(TrunkClassifier):
    """VGG (Simonyan and Zisserman 2014, arXiv:1409.1556), its feature map averaged over the image.

    The mean takes the place of the paper's two layers of 4096, which held 6/7 of the weights and fixed the input's
    size; VGG19 keeps 20.0 M weights.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        depth: 16 or 19, as the paper counts layers.
        batch_norm: whether batch normalization follows each convolution, which training from random weights needs.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, W]`` with H and W of 32 or more; output logits ``[B, num_classes]``.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 3,
        depth: int = 19,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(vgg_trunk(in_channels, depth, batch_norm), FEATURES, num_classes, dropout)


class VGG16LSTM(FeatureClassifier):
    """VGG16's feature map read row by row by an LSTM: the hybrid of Lanjewar et al. 2024.

    doi:10.1016/j.compbiomed.2023.107914, arXiv:1409.1556 for VGG16. Each row of the feature map, its columns pooled
    to the 8 that a 256-pixel image has, is one time step.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        batch_norm: whether batch normalization follows each convolution, which training from random weights needs.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, W]`` with H and W of 32 or more; output logits ``[B, num_classes]``.
    """

    explained = "trunk"

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 3,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(_STATE, num_classes, dropout)
        self.trunk = vgg_trunk(in_channels, 16, batch_norm)
        self.reader = RowReader(FEATURES * _COLUMNS, _STATE, layers=1)

    def forward_features(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, W]`` give the last hidden state ``[B, F]``."""
        features = self.trunk(images)
        return self.reader(functional.adaptive_avg_pool2d(features, (features.shape[2], _COLUMNS)))


def vgg_trunk(in_channels: int, depth: int, batch_norm: bool) -> nn.Sequential:
    """The layers from images ``[B, in_channels, H, W]`` to the feature map ``[B, FEATURES, H/32, W/32]``.

    Raises ValueError for another depth than 16 or 19.
    """
    channels = in_channels
    layers: list[nn.Module] = []
    for width, convolutions in zip(_WIDTHS, look_up_option(depth, _CONVOLUTIONS), strict=True):
        for _ in range(convolutions):
            if batch_norm:
                layers.append(convolution(channels, width))
            else:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers.append(nn.MaxPool2d(2))
    return he_initialized(nn.Sequential(*layers))
