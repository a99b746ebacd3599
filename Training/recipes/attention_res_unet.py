"""A U-Net with residual units and attention gates on its skip connections."""

from __future__ import annotations

from .networks import ATTENTION_RES_UNET
from .segmenters import segmenter

RECIPE = segmenter(
    "attention-res-unet",
    "ResUNet with attention",
    ATTENTION_RES_UNET,
)
