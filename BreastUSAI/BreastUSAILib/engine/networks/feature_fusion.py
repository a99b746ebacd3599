"""MobileNetV2 and DenseNet121 side by side, their feature maps fused by attention."""

from __future__ import annotations

import torch
from monai.networks.blocks import ChannelSELayer
from monai.networks.nets import DenseNet121
from torch import Tensor, nn

from .blocks import convolution, he_initialized
from .feature_classifier import TrunkClassifier
from .mobilenet_v2 import FEATURES, mobilenet_v2_trunk

_DENSE_FEATURES = 1024
_PROJECTED = 256


class MobileDenseFusion(TrunkClassifier):
    """MobileNetV2's and DenseNet121's last feature maps, projected, concatenated and weighed by attention.

    After Asif et al. 2025 (doi:10.1016/j.acra.2025.05.007); MobileNetV2 arXiv:1801.04381, DenseNet arXiv:1608.06993.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, W]`` with H and W multiples of 32; output logits ``[B, num_classes]``.
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 3, dropout: float = 0.2) -> None:
        super().__init__(FusedTrunk(in_channels), 2 * _PROJECTED, num_classes, dropout)


class FusedTrunk(nn.Module):
    """Both trunks, their projections, and attention over the channels, then over the pixels.

    Args:
        in_channels: channels of the input image.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        dense = DenseNet121(spatial_dims=2, in_channels=in_channels, out_channels=1)
        self.mobile = mobilenet_v2_trunk(in_channels)
        self.dense = nn.Sequential(dense.features, nn.ReLU())
        self.project_mobile = he_initialized(convolution(FEATURES, _PROJECTED, 1))
        self.project_dense = he_initialized(convolution(_DENSE_FEATURES, _PROJECTED, 1))
        self.channel_attention = ChannelSELayer(2, 2 * _PROJECTED, r=16)  # Hu et al. 2018, arXiv:1709.01507
        self.spatial_attention = SpatialAttention()

    def forward(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, W]`` give the fused feature map ``[B, 512, H/32, W/32]``."""
        fused = torch.cat([self.project_mobile(self.mobile(images)), self.project_dense(self.dense(images))], dim=1)
        return self.spatial_attention(self.channel_attention(fused))


class SpatialAttention(nn.Module):
    """A weight in (0, 1) for each pixel, from the mean and the maximum of the channels around it.

    The spatial half of CBAM (Woo et al. 2018, arXiv:1807.06521).
    """

    def __init__(self) -> None:
        super().__init__()
        self.weigh = convolution(2, 1, 7, activation=nn.Sigmoid)

    def forward(self, features: Tensor) -> Tensor:
        """Features ``[B, C, h, w]`` give weighed features of the same shape."""
        summary = torch.cat([features.mean(dim=1, keepdim=True), features.amax(dim=1, keepdim=True)], dim=1)
        return features * self.weigh(summary)
