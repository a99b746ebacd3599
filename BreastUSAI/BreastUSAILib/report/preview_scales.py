"""The strips below the preview's pictures: millimeters, and the colors of the heat map."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from ..engine.findings.heat_map_colors import heat_map_over
from ..engine.findings.measures import Translate
from ..engine.findings.words import english
from .preview_theme import BACKGROUND, QUIET, TEXT, font

STRIP_HEIGHT = 46
_TEXT_SIZE = 15
_LABEL_APART_PX = 58
_TICK_APART_PX = 5
_BAR_HEIGHT = 12
_UNDER_THE_HEAT = 70  # the gray that stands for tissue in the color bar


def scale_strip(width: int, mm_per_px: float | None, _: Translate = english) -> Image.Image:
    """A ruler with a tick every 10 mm for a view of `width` pixels, or a note that there are no millimeters."""
    strip = Image.new("RGB", (width, STRIP_HEIGHT), BACKGROUND)
    draw = ImageDraw.Draw(strip)
    if mm_per_px is None:
        draw.text((0, 10), _("uncalibrated: no millimeters"), font=font(_TEXT_SIZE), fill=QUIET)
        return strip
    step_mm, ticks = scale_ticks(width, mm_per_px)
    every = max(1, int(np.ceil(_LABEL_APART_PX * mm_per_px / step_mm)))
    draw.line([(0, 6), (ticks[-1] + 1, 6)], fill=TEXT, width=2)
    for number, x in enumerate(ticks):
        labeled = number % every == 0
        draw.rectangle([x, 6, x + 1, 16 if labeled else 11], fill=TEXT)
        text = f"{number * step_mm:g}" if number else "0 mm"
        fits = number == 0 or x + font(_TEXT_SIZE).getlength(text) / 2 <= width
        if labeled and fits:
            draw.text((x, 20), text, font=font(_TEXT_SIZE), fill=TEXT, anchor="ma" if number else "la")
    return strip


def color_strip(width: int, on_flow: bool, signed: bool, _: Translate) -> Image.Image:
    """The heat map's colors from 0 to 1, as they look over gray tissue; `on_flow`: those for color Doppler.

    Those of a signed map reach from -1 to 1.
    """
    strip = Image.new("RGB", (width, STRIP_HEIGHT), BACKGROUND)
    values = np.tile(np.linspace(-1.0 if signed else 0.0, 1.0, width, dtype=np.float32), (_BAR_HEIGHT, 1))
    tissue = np.full((_BAR_HEIGHT, width, 3), _UNDER_THE_HEAT, dtype=np.uint8)
    strip.paste(Image.fromarray(heat_map_over(tissue, values, on_flow, signed)), (0, 5))
    draw = ImageDraw.Draw(strip)
    words = (_("against"), "0", _("for")) if signed else ("0", _("relevance"), "1")
    for x, text, anchor in zip((0, width // 2, width - 1), words, ("la", "ma", "ra"), strict=True):
        draw.text((x, 20), text, font=font(_TEXT_SIZE), fill=TEXT, anchor=anchor)
    return strip


def scale_ticks(width: int, mm_per_px: float) -> tuple[float, list[int]]:
    """Distance of the ticks in mm and their left edges in pixels, for a view of `width` pixels.

    They stand 10 mm apart, unless that is wider than the view or finer than can be told apart: then a tenth or ten
    times as far.
    """
    last = width - 2  # a tick is two pixels wide
    step = 10.0
    while step / mm_per_px > last:
        step /= 10.0
    while step / mm_per_px < _TICK_APART_PX:
        step *= 10.0
    return step, [round(number * step / mm_per_px) for number in range(int(last * mm_per_px / step) + 1)]
