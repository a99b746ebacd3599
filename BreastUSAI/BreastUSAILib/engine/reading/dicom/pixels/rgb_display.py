"""Three-sample pixels in any DICOM color model to 8-bit RGB (PS3.3 C.7.6.3.1.2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_PARTIAL_TO_RGB = np.array([[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8130], [1.1644, 2.0173, 0.0]], np.float32)
"""ITU-R BT.601 with luminance in 16-235 and chrominance in 16-240."""


def to_rgb(stored: NDArray, colors: str, bits_stored: int) -> NDArray[np.uint8]:
    """RGB ``[H, W, 3]`` of decoded samples ``[H, W, 3]`` whose photometric interpretation is `colors`."""
    samples = _eight_bits(stored, bits_stored)
    if colors.startswith("YBR_PARTIAL"):
        shifted = samples.astype(np.float32) - np.array([16, 128, 128], np.float32)
        return np.rint(np.clip(shifted @ _PARTIAL_TO_RGB.T, 0, 255)).astype(np.uint8)
    if colors.startswith("YBR_FULL"):
        return np.asarray(Image.fromarray(samples, "YCbCr").convert("RGB"))
    return samples


def guess_colors(stored: NDArray) -> str:
    """RGB or YBR_FULL for samples whose header is wrong: ultrasound is mostly gray, whose chrominance is mid-scale."""
    chrominance = np.median(stored[..., 1:].reshape(-1, 2), axis=0)
    return "YBR_FULL" if bool((np.abs(chrominance - 128) <= 3).all()) else "RGB"


def _eight_bits(stored: NDArray, bits_stored: int) -> NDArray[np.uint8]:
    shift = max(bits_stored - 8, 0)
    return np.ascontiguousarray(stored >> shift if shift else stored).astype(np.uint8, copy=False)
