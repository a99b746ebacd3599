"""MONAI's U-Net (Ronneberger et al. 2015, arXiv:1505.04597)."""

from __future__ import annotations

from .networks import unet
from .segmenters import segmenter

RECIPE = segmenter(
    "unet",
    "U-Net",
    unet(residual_units=0),
)
