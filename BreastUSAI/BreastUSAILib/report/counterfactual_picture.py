"""Counterfactual checks as one picture: the analyzed region as it is, and with every change, the likelihood below."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..engine.findings.counterfactual.counterfactual_words import change_words, difference_words
from ..engine.findings.counterfactual.counterfactuals import Counterfactuals
from .atomic import atomic_file
from .preview_theme import BACKGROUND, QUIET, TEXT, font, shortened

TILE = 320
"""Pixels across one picture."""
_COLUMNS = 3
_LETTERS = 17
_CAPTION = 58
_GAP = 12


def write_counterfactual_picture(found: Counterfactuals, path: Path) -> None:
    """Write the picture as PNG. Raises OutputError where the file cannot be written."""
    with atomic_file(path) as temporary:
        counterfactual_picture(found).save(temporary, format="PNG")


def counterfactual_picture(found: Counterfactuals) -> Image.Image:
    """The picture; what could not be changed has none."""
    tiles = [(found.pictures[""], "As it is", f"Likelihood {found.likelihood:.2f}")]
    for check in found.checks:
        if check.change.value in found.pictures and check.after is not None:
            words = f"Likelihood {check.after:.2f} ({difference_words(check)})"
            tiles.append((found.pictures[check.change.value], change_words(check.change), words))
    columns = min(_COLUMNS, len(tiles))
    rows = -(-len(tiles) // columns)
    height = _height(tiles[0][0]) + _CAPTION
    sheet = Image.new("RGB", (columns * (TILE + _GAP) + _GAP, rows * (height + _GAP) + _GAP), BACKGROUND)
    for place, (pixels, title, words) in enumerate(tiles):
        row, column = divmod(place, columns)
        _draw(sheet, (_GAP + column * (TILE + _GAP), _GAP + row * (height + _GAP)), pixels, title, words)
    return sheet


def _height(pixels: NDArray[np.uint8]) -> int:
    rows, columns = pixels.shape
    return min(max(1, round(TILE * rows / columns)), 2 * TILE)


def _draw(sheet: Image.Image, corner: tuple[int, int], pixels: NDArray[np.uint8], title: str, words: str) -> None:
    left, top = corner
    height = _height(pixels)
    sheet.paste(Image.fromarray(pixels).convert("RGB").resize((TILE, height), Image.Resampling.BILINEAR), corner)
    draw = ImageDraw.Draw(sheet)
    for line, (text, color) in enumerate(((title, TEXT), (words, QUIET))):
        place = left, top + height + 6 + line * (_LETTERS + 7)
        draw.text(place, shortened(text, _LETTERS, TILE), fill=color, font=font(_LETTERS))
