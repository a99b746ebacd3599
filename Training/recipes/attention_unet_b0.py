"""Attention gates on a U-Net decoder over the pretrained EfficientNet-B0 encoder."""

from __future__ import annotations

from .networks import attention_unet_over
from .segmenters import segmenter

RECIPE = segmenter(
    "attention-unet-b0",
    "Attention U-Net over EfficientNet-B0",
    attention_unet_over("efficientnet-b0"),
    encoder_prefix="encoder.",
)
