"""Building blocks that several network definitions share."""

from __future__ import annotations

import math
from typing import TypeVar

from monai.networks.blocks import ChannelSELayer, Convolution
from monai.networks.layers import DropPath
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def convolution(
    in_channels: int,
    out_channels: int,
    kernel_size: int = 3,
    *,
    stride: int = 1,
    groups: int = 1,
    activation: type[nn.Module] | None = nn.ReLU,
    eps: float = 1e-5,
) -> Convolution:
    """Convolution without bias, padded to keep the size; batch normalization; activation unless it is None.

    MONAI's block holds the first two, so `fold_for_inference` can make one of them.
    """
    block = Convolution(
        2,
        in_channels,
        out_channels,
        strides=stride,
        kernel_size=kernel_size,
        groups=groups,
        act=None,
        norm=("batch", {"eps": eps}),
        bias=False,
    )
    if activation is not None:
        block.add_module("activation", activation())
    return block


class InvertedResidual(nn.Module):
    """Widen by a 1×1 convolution, filter each channel by a larger one, narrow again; a shortcut where shapes allow it.

    The block of MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) and, with squeeze and excitation, of EfficientNet.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        stride: of the convolution in the middle.
        expansion: how many times wider the middle is than the input.
        kernel_size: of the convolution in the middle.
        activation: after the first two convolutions.
        eps: of the batch normalizations.
        squeeze: whether a squeeze-and-excitation layer to a quarter of `in_channels` weighs the middle's channels.
        drop_path: probability that the block is skipped for an image while training.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        stride: int,
        expansion: int,
        kernel_size: int = 3,
        activation: type[nn.Module] = nn.ReLU6,
        eps: float = 1e-5,
        squeeze: bool = False,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        width = in_channels * expansion
        layers: list[nn.Module] = []
        if expansion > 1:
            layers.append(convolution(in_channels, width, 1, activation=activation, eps=eps))
        middle = convolution(width, width, kernel_size, stride=stride, groups=width, activation=activation, eps=eps)
        layers.append(middle)
        if squeeze:
            layers.append(ChannelSELayer(2, width, r=4 * expansion, acti_type_1="swish"))
        layers.append(convolution(width, out_channels, 1, activation=None, eps=eps))
        self.layers = nn.Sequential(*layers)
        self.drop_path = DropPath(drop_path)
        self.has_shortcut = stride == 1 and in_channels == out_channels

    def forward(self, features: Tensor) -> Tensor:
        """Features ``[B, in_channels, h, w]`` give ``[B, out_channels, h / stride, w / stride]``."""
        change = self.layers(features)
        return features + self.drop_path(change) if self.has_shortcut else change


def drop_path_rates(last: float, blocks: int) -> list[float]:
    """Probabilities that rise linearly from 0 at the first block to `last`: Huang et al. 2016 (arXiv:1603.09382)."""
    return [last * block / max(blocks - 1, 1) for block in range(blocks)]


def he_initialized(network: Network) -> Network:
    """The network, its convolutions started as He et al. 2015 (arXiv:1502.01852) derive it for the backward pass."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = math.prod(module.kernel_size) * module.out_channels / module.groups
            nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))  # torch's own leaves the groups out
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network
