"""EfficientNetV2-S."""

from __future__ import annotations

from monai.networks.layers import DropPath
from torch import Tensor, nn

from .blocks import InvertedResidual, convolution, drop_path_rates, he_initialized
from .feature_classifier import TrunkClassifier

_EPS = 1e-3
_FEATURES = 1280
_FUSED_STAGES = (
    # expansion, channels, blocks, stride of the first: table 4 of the paper
    (1, 24, 2, 1),
    (4, 48, 4, 2),
    (4, 64, 4, 2),
)
_DEPTHWISE_STAGES = ((4, 128, 6, 2), (6, 160, 9, 1), (6, 256, 15, 2))


class EfficientNetV2S(TrunkClassifier):
    """EfficientNetV2-S (Tan and Le 2021, arXiv:2104.00298): 20.2 M weights without the linear layer.

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
        rates = iter(drop_path_rates(drop_path, sum(stage[2] for stage in (*_FUSED_STAGES, *_DEPTHWISE_STAGES))))
        channels = _FUSED_STAGES[0][1]
        layers: list[nn.Module] = [convolution(in_channels, channels, stride=2, activation=nn.SiLU, eps=_EPS)]
        for stages, fused in ((_FUSED_STAGES, True), (_DEPTHWISE_STAGES, False)):
            for expansion, width, blocks, stride in stages:
                for block in range(blocks):
                    step = stride if block == 0 else 1
                    layers.append(_block(fused, channels, width, step, expansion, next(rates)))
                    channels = width
        layers.append(convolution(channels, _FEATURES, 1, activation=nn.SiLU, eps=_EPS))
        super().__init__(he_initialized(nn.Sequential(*layers)), _FEATURES, num_classes, dropout)


class FusedInvertedResidual(nn.Module):
    """Widen and filter by one 3×3 convolution, narrow by a 1×1 one; a shortcut where shapes allow it.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        stride: of the 3×3 convolution.
        expansion: how many times wider the middle is than the input; 1 leaves the second convolution out.
        drop_path: probability that the block is skipped for an image while training.
    """

    def __init__(self, in_channels: int, out_channels: int, *, stride: int, expansion: int, drop_path: float) -> None:
        super().__init__()
        width = in_channels * expansion if expansion > 1 else out_channels
        self.layers = nn.Sequential(convolution(in_channels, width, stride=stride, activation=nn.SiLU, eps=_EPS))
        if expansion > 1:
            self.layers.append(convolution(width, out_channels, 1, activation=None, eps=_EPS))
        self.drop_path = DropPath(drop_path)
        self.has_shortcut = stride == 1 and in_channels == out_channels

    def forward(self, features: Tensor) -> Tensor:
        """Features ``[B, in_channels, h, w]`` give ``[B, out_channels, h / stride, w / stride]``."""
        change = self.layers(features)
        return features + self.drop_path(change) if self.has_shortcut else change


def _block(
    fused: bool, in_channels: int, out_channels: int, stride: int, expansion: int, drop_path: float
) -> nn.Module:
    if fused:
        return FusedInvertedResidual(in_channels, out_channels, stride=stride, expansion=expansion, drop_path=drop_path)
    return InvertedResidual(
        in_channels,
        out_channels,
        stride=stride,
        expansion=expansion,
        activation=nn.SiLU,
        eps=_EPS,
        squeeze=True,
        drop_path=drop_path,
    )
