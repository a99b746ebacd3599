"""MONAI's attention U-Net (Oktay et al. 2018, arXiv:1804.03999)."""

from __future__ import annotations

from .networks import ATTENTION_UNET
from .segmenters import segmenter

RECIPE = segmenter(
    "attention-unet",
    "Attention U-Net",
    ATTENTION_UNET,
)
