"""An attention U-Net over an EfficientNet encoder."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from monai.networks.nets import FlexibleUNet
from monai.networks.nets.attentionunet import AttentionBlock
from monai.networks.nets.basic_unet import UpCat
from monai.networks.nets.flexible_unet import SegmentationHead
from torch import nn


class EfficientAttentionUNet(FlexibleUNet):
    """MONAI's `FlexibleUNet` with MONAI's additive attention gate on every skip connection.

    The gate is the one of Oktay et al. 2018 (arXiv:1804.03999): the upsampled decoder features decide, pixel by
    pixel, how much of the encoder's features passes. The decoder stops at half the input's resolution, where no
    encoder features are left to add; its logits are then interpolated, which halves the work of a pass.

    Args:
        backbone: encoder name, ``efficientnet-b0`` ... ``efficientnet-b8``.
        in_channels: channels of the input image.
        out_channels: channels of the output logits.
        decoder_channels: channels after each of the four decoder steps.

    Input ``[B, in_channels, H, W]`` with H and W multiples of 32; output logits ``[B, out_channels, H, W]``.
    """

    def __init__(
        self,
        backbone: str = "efficientnet-b0",
        in_channels: int = 1,
        out_channels: int = 1,
        decoder_channels: tuple[int, ...] = (256, 128, 64, 32),
    ) -> None:
        widths = (*decoder_channels, decoder_channels[-1])
        super().__init__(in_channels, out_channels, backbone, pretrained=False, decoder_channels=widths)
        for unused in ("_conv_head", "_bn1", "_fc"):  # the encoder's classification head: 1.7 M weights
            setattr(self.encoder, unused, nn.Identity())
        steps = list(self.decoder.blocks)[:-1]
        self.decoder.blocks = nn.ModuleList(GatedStep(step) for step in steps if isinstance(step, UpCat))
        self.segmentation_head = SegmentationHead(2, decoder_channels[-1], out_channels)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Images ``[B, in_channels, H, W]`` give logits ``[B, out_channels, H, W]``."""
        return self.decode(self.encoder(inputs))

    def decode(self, features: list[torch.Tensor]) -> torch.Tensor:
        """The encoder's stages, fine to coarse, give logits ``[B, out_channels, H, W]``."""
        logits = self.segmentation_head(self.decoder(features, self.skip_connect))
        return F.interpolate(logits, scale_factor=2, mode="bilinear", align_corners=False)


class GatedStep(nn.Module):
    """One decoder step: upsample, gate the skip connection by the result, concatenate, convolve twice."""

    def __init__(self, step: UpCat) -> None:
        super().__init__()
        self.upsample = step.upsample
        self.convs = step.convs
        gate_channels = _convolutions(step.upsample)[-1].out_channels
        skip_channels = _convolutions(step.convs)[0].in_channels - gate_channels
        self.gate = AttentionBlock(2, f_int=max(skip_channels // 2, 8), f_g=gate_channels, f_l=skip_channels)

    def forward(self, features: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
        """`features` ``[B, C, h, w]`` and `skip` ``[B, S, 2h, 2w]`` give ``[B, C', 2h, 2w]``."""
        up = self.upsample(features)
        return self.convs(torch.cat([self.gate(up, skip), up], dim=1))


def _convolutions(module: nn.Module) -> list[nn.Conv2d]:
    return [part for part in module.modules() if isinstance(part, nn.Conv2d)]
