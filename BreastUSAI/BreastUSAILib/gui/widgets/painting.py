"""Tones that the painted widgets share, from the palette so that they read in light and dark alike; pixels as icons."""

from __future__ import annotations

import io
from dataclasses import dataclass

import qt
from numpy.typing import NDArray

# Each has a contrast of 3:1 or more with Slicer's light window (white) and its dark one (#323232).
CLASS_COLORS: dict[str, tuple[int, int, int]] = {
    "normal": (58, 124, 214),
    "benign": (40, 145, 85),
    "malignant": (222, 73, 68),
}


@dataclass(frozen=True)
class Tones:
    """Colors for one palette: lettering, quieter lettering, and the track that a bar lies on."""

    text: qt.QColor
    quiet: qt.QColor
    track: qt.QColor


def tonesOf(palette: qt.QPalette) -> Tones:
    """The tones that go with a widget's palette."""
    window, text = palette.color(qt.QPalette.Window), palette.color(qt.QPalette.WindowText)
    return Tones(text, mixed(text, window, 0.3), mixed(text, window, 0.82))


def classColor(label: str) -> qt.QColor:
    """The color of a class, as qt.QColor."""
    return qt.QColor(*CLASS_COLORS[label])


def mixed(first: qt.QColor, second: qt.QColor, share: float) -> qt.QColor:
    """A mixture of both colors, as qt.QColor; `share` is that of `second`."""
    channels = zip(
        (first.red(), first.green(), first.blue()), (second.red(), second.green(), second.blue()), strict=True
    )
    return qt.QColor(*(round(one + (other - one) * share) for one, other in channels))


def fillRounded(painter: qt.QPainter, x: int, y: int, width: int, height: int, color: qt.QColor) -> None:
    """A filled bar with round ends; always wide enough to be seen."""
    painter.setRenderHint(qt.QPainter.Antialiasing, True)
    painter.setPen(qt.QPen(color))
    painter.setBrush(qt.QBrush(color))
    radius = min(width, height) // 2
    painter.drawRoundedRect(x, y, max(width, 1), height, radius, radius)


def drawWords(
    painter: qt.QPainter, words: str, x: float, baseline: float, color: qt.QColor, align: float = 0.0
) -> None:
    """One line of text at `x`, which is its left end (align 0), its middle (0.5) or its right end (1)."""
    painter.setPen(qt.QPen(color))
    painter.drawText(round(x - align * painter.fontMetrics().horizontalAdvance(words)), round(baseline), words)


def iconOf(pixels: NDArray) -> qt.QIcon:
    """An icon of gray pixels ``[H, W]`` uint8, in their own shape."""
    from PIL import Image

    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format="PNG")
    return qt.QIcon(qt.QPixmap.fromImage(qt.QImage.fromData(encoded.getvalue())))
