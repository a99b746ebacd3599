"""MONAI's U-Net with residual units (Zhang et al. 2018, arXiv:1711.10684)."""

from __future__ import annotations

from .networks import unet
from .segmenters import segmenter

RECIPE = segmenter(
    "res-unet",
    "ResUNet",
    unet(residual_units=2),
)
