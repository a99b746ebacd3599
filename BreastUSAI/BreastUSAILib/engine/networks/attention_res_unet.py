"""A residual U-Net with an attention gate on every skip connection."""

from __future__ import annotations

import torch
from monai.networks.blocks import ResidualUnit, UpSample
from monai.networks.nets.attentionunet import AttentionBlock
from torch import Tensor, nn


class AttentionResUNet(nn.Module):
    """The residual U-Net with the attention gates of the attention U-Net, built of MONAI's blocks.

    U-Net: Ronneberger et al. 2015 (arXiv:1505.04597); residual units in it: Zhang et al. 2018 (arXiv:1711.10684);
    gates: Oktay et al. 2018 (arXiv:1804.03999).

    Args:
        in_channels: channels of the input image.
        out_channels: channels of the output logits.
        channels: channels of the stages; each after the first halves the resolution.

    Input ``[B, in_channels, H, W]`` with H and W multiples of 2 to the number of halvings; output logits
    ``[B, out_channels, H, W]``.
    """

    def __init__(
        self, in_channels: int = 1, out_channels: int = 1, channels: tuple[int, ...] = (32, 64, 128, 256, 512)
    ) -> None:
        super().__init__()
        inputs = (in_channels, *channels[:-1])
        self.encoder = nn.ModuleList(
            _residual_unit(before, width, stride=1 if stage == 0 else 2)
            for stage, (before, width) in enumerate(zip(inputs, channels, strict=True))
        )
        self.decoder = nn.ModuleList(
            GatedResidualStep(below, width) for below, width in zip(channels[:0:-1], channels[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(channels[0], out_channels, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, W]`` give logits ``[B, out_channels, H, W]``."""
        skips: list[Tensor] = []
        features = images
        for stage in self.encoder:
            features = stage(features)
            skips.append(features)
        for step, skip in zip(self.decoder, skips[-2::-1], strict=True):
            features = step(features, skip)
        return self.head(features)


class GatedResidualStep(nn.Module):
    """One decoder step: upsample, gate the skip connection by the result, concatenate, a residual unit.

    Args:
        in_channels: channels of the features from below.
        out_channels: channels of the skip connection and of the output.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.upsample = UpSample(2, in_channels, out_channels)
        self.gate = AttentionBlock(2, f_int=max(out_channels // 2, 1), f_g=out_channels, f_l=out_channels)
        self.unit = _residual_unit(2 * out_channels, out_channels, stride=1)

    def forward(self, features: Tensor, skip: Tensor) -> Tensor:
        """`features` ``[B, in_channels, h, w]`` and `skip` ``[B, C, 2h, 2w]`` give ``[B, C, 2h, 2w]``."""
        up = self.upsample(features)
        return self.unit(torch.cat([self.gate(up, skip), up], dim=1))


def _residual_unit(in_channels: int, out_channels: int, stride: int) -> ResidualUnit:
    return ResidualUnit(2, in_channels, out_channels, strides=stride, norm="batch", act="relu")
