"""What a scanner draws over the echoes: gray wedge, depth ticks, color-flow box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..engine.images.frames import Rectangle

TICK_LENGTH_PX = 5


def scanner_furniture(pixels: NDArray[np.uint8], region: Rectangle, spacing_mm: float) -> NDArray[np.uint8]:
    """RGB ``[H, W, 3]`` of a gray frame ``[H, W]`` with a wedge and 5 mm ticks in the black margins beside `region`."""
    rgb = np.repeat(pixels[..., None], 3, axis=2)
    rows = pixels.shape[0]
    if region.x >= 24:
        wedge = np.linspace(255, 0, rows // 3).astype(np.uint8)
        rgb[rows // 8 : rows // 8 + wedge.size, 8:16] = wedge[:, None, None]
    right = region.x + region.width
    if right + 3 * TICK_LENGTH_PX < pixels.shape[1]:
        for number, depth in enumerate(np.arange(0, region.height * spacing_mm, 5.0)):
            row = region.y + int(depth / spacing_mm)
            length = TICK_LENGTH_PX * (1 if number % 2 else 2)
            rgb[row, right + 4 : right + 4 + length] = (90, 160, 90)
    return rgb


def color_flow(pixels: NDArray[np.uint8], box: Rectangle, seed: int) -> NDArray[np.uint8]:
    """RGB ``[H, W, 3]`` of a gray frame ``[H, W]`` with a few vessels in red and blue inside a drawn `box`."""
    rng = np.random.default_rng(seed)
    rgb = np.repeat(pixels[..., None], 3, axis=2)
    field = ndimage.gaussian_filter(rng.standard_normal((box.height, box.width)), (5, 9))
    velocity = field / np.abs(field).max()
    speed = np.clip((np.abs(velocity) - 0.45) / 0.4, 0, 1)
    towards = np.stack([0.55 + 0.45 * speed, 0.75 * speed, 0 * speed], axis=-1)
    away = np.stack([0 * speed, 0.65 * speed, 0.55 + 0.45 * speed], axis=-1)
    color = (255 * np.where(velocity[..., None] > 0, towards, away)).astype(np.uint8)
    inside = rgb[box.slices]
    inside[speed > 0] = color[speed > 0]
    inside[[0, -1], :] = inside[:, [0, -1]] = (200, 200, 200)
    return rgb
