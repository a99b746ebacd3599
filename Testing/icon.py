"""`python -m Testing.icon`: the module's icon, a lesion with outline and heat in an ultrasound sector.

Few large shapes, because Slicer shows it at 16 to 32 pixels, on light and on dark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw

ICON = Path(__file__).resolve().parents[1] / "BreastUSAI" / "Resources" / "Icons" / "BreastUSAI.png"
Color = tuple[int, int, int]

SIZE = 128
FINE = 8
"""Drawn that many times larger, then made smaller: smooth edges."""

GROUND, RIM = (22, 44, 68), (214, 226, 236)
TISSUE_TOP, TISSUE_BOTTOM = (168, 184, 198), (84, 102, 120)
OUTLINE = (0, 229, 255)
HEAT_INSIDE, HEAT_OUTSIDE = (255, 221, 64), (150, 30, 20)
APEX, NEAR, FAR, HALF_ANGLE = (64, -22), 34, 136, 35
LESION = (30, 38, 98, 92)
OUTLINE_WIDTH = 9


def icon() -> Image.Image:
    """The icon, RGBA, `SIZE` pixels square."""
    side = SIZE * FINE
    tile = _mask(lambda draw: draw.rounded_rectangle(_fine((1, 1, 127, 127)), 26 * FINE, fill=255))
    inner = _mask(lambda draw: draw.rounded_rectangle(_fine((4, 4, 124, 124)), 23 * FINE, fill=255))
    picture = Image.new("RGB", (side, side), RIM)
    picture.paste(GROUND, mask=inner)
    picture.paste(_blend(_downward(), TISSUE_TOP, TISSUE_BOTTOM), mask=ImageChops.multiply(_sector(), inner))
    picture.paste(OUTLINE, mask=_mask(lambda draw: draw.ellipse(_fine(LESION), fill=255)))
    heat = tuple(value + sign * OUTLINE_WIDTH for value, sign in zip(LESION, (1, 1, -1, -1), strict=True))
    picture.paste(
        _blend(_outward(), HEAT_INSIDE, HEAT_OUTSIDE), mask=_mask(lambda draw: draw.ellipse(_fine(heat), fill=255))
    )
    picture.putalpha(tile)
    return picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _sector() -> Image.Image:
    def draw_sector(draw: ImageDraw.ImageDraw) -> None:
        for radius, fill in ((FAR, 255), (NEAR, 0)):
            box = (APEX[0] - radius, APEX[1] - radius, APEX[0] + radius, APEX[1] + radius)
            draw.pieslice(_fine(box), 90 - HALF_ANGLE, 90 + HALF_ANGLE, fill=fill)

    return _mask(draw_sector)


def _mask(draw_on: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    mask = Image.new("L", (SIZE * FINE, SIZE * FINE))
    draw_on(ImageDraw.Draw(mask))
    return mask


def _downward() -> np.ndarray:
    return np.linspace(0, 1, SIZE * FINE)[:, np.newaxis] * np.ones(SIZE * FINE)


def _outward() -> np.ndarray:
    left, top, right, bottom = LESION
    y, x = np.mgrid[: SIZE * FINE, : SIZE * FINE] / FINE
    from_middle = np.hypot((x - (left + right) / 2) / (right - left), (y - (top + bottom) / 2) / (bottom - top))
    return np.clip(from_middle * 2, 0, 1) ** 1.5


def _blend(share: np.ndarray, first: Color, second: Color) -> Image.Image:
    share = share[..., np.newaxis]
    return Image.fromarray((np.asarray(first) * (1 - share) + np.asarray(second) * share).astype(np.uint8))


def _fine(numbers: Sequence[int]) -> list[int]:
    return [number * FINE for number in numbers]


if __name__ == "__main__":
    icon().save(ICON, optimize=True)
