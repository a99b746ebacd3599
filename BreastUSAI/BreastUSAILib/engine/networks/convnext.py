"""ConvNeXt: tiny, small and base."""

from __future__ import annotations

import torch
from monai.networks.layers import DropPath
from monai.utils import look_up_option
from torch import Tensor, nn

from .blocks import drop_path_rates
from .feature_classifier import TrunkClassifier

_SIZES = {
    # blocks and channels of the four stages: section 3 of the paper
    "tiny": ((3, 3, 9, 3), (96, 192, 384, 768)),
    "small": ((3, 3, 27, 3), (96, 192, 384, 768)),
    "base": ((3, 3, 27, 3), (128, 256, 512, 1024)),
}
_EPS = 1e-6
_LAYER_SCALE = 1e-6


class ConvNeXt(TrunkClassifier):
    """ConvNeXt (Liu et al. 2022, arXiv:2201.03545); the base size has 87.6 M weights without the linear layer.

    Args:
        in_channels: channels of the input image.
        num_classes: how many logits.
        size: ``tiny``, ``small`` or ``base``.
        dropout: before the linear layer.
        drop_path: probability that the last block is skipped while training; it rises linearly from the first one's 0.

    Input ``[B, in_channels, H, W]`` with H and W of 32 or more; output logits ``[B, num_classes]``. Raises ValueError
    for another size.
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 3,
        size: str = "base",
        dropout: float = 0.0,
        drop_path: float = 0.1,
    ) -> None:
        depths, widths = look_up_option(size, _SIZES)
        rates = iter(drop_path_rates(drop_path, sum(depths)))
        layers: list[nn.Module] = [nn.Conv2d(in_channels, widths[0], 4, stride=4), ChannelNorm(widths[0])]
        for stage, (depth, width) in enumerate(zip(depths, widths, strict=True)):
            if stage > 0:
                layers += [ChannelNorm(widths[stage - 1]), nn.Conv2d(widths[stage - 1], width, 2, stride=2)]
            layers += [ConvNeXtBlock(width, next(rates)) for _ in range(depth)]
        super().__init__(nn.Sequential(*layers), widths[-1], num_classes, dropout)
        self.norm = nn.LayerNorm(widths[-1], eps=_EPS)
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward_features(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, W]`` give the normalized mean of the feature map ``[B, F]``."""
        return self.norm(super().forward_features(images))


class ConvNeXtBlock(nn.Module):
    """A 7×7 convolution of each channel, then a perceptron of four times the width at each pixel, scaled and added.

    Args:
        channels: of input and output.
        drop_path: probability that the block is skipped for an image while training.
    """

    def __init__(self, channels: int, drop_path: float) -> None:
        super().__init__()
        self.filter = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=_EPS)
        self.perceptron = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))
        self.scale = nn.Parameter(torch.full((channels,), _LAYER_SCALE))
        self.drop_path = DropPath(drop_path)

    def forward(self, features: Tensor) -> Tensor:
        """Features ``[B, channels, h, w]`` give features of the same shape."""
        pixels = self.norm(self.filter(features).permute(0, 2, 3, 1))
        change = self.scale * self.perceptron(pixels)
        return features + self.drop_path(change.permute(0, 3, 1, 2))


class ChannelNorm(nn.LayerNorm):
    """Layer normalization of each pixel's channels."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=_EPS)

    def forward(self, features: Tensor) -> Tensor:
        """Features ``[B, channels, h, w]`` give features of the same shape."""
        return super().forward(features.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
