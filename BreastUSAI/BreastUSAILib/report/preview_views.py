"""The two pictures of the preview: the frame with its lesions, and the same with the heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from ..engine.findings.analysis import Lesion
from ..engine.findings.lesion_segment import lesion_color
from .preview_theme import BACKGROUND, CALIPER, QUIET, RGB, font

_FINE = 2  # lines are drawn this many times finer and then averaged, for smooth edges
_OUTLINE_PX = 2.0
_LONGEST_ENLARGEMENT = 8.0
_LARGEST_ASPECT = 4.0
_SHORTEST_CALIPER_PX = 36.0
_STEP_BLUR = 0.7  # of an image pixel


@dataclass(frozen=True)
class Magnification:
    """Display pixels for one image pixel, along columns and rows."""

    x: float
    y: float

    @classmethod
    def fitting(
        cls, rows: int, columns: int, spacing_mm: tuple[float, float] | None, box: tuple[int, int]
    ) -> Magnification:
        """The largest one that keeps the anatomy's aspect and fits in `box` (width, height)."""
        aspect = 1.0 if spacing_mm is None else spacing_mm[0] / spacing_mm[1]
        aspect = float(np.clip(aspect, 1.0 / _LARGEST_ASPECT, _LARGEST_ASPECT))
        scale = min(box[0] / columns, box[1] / (rows * aspect), _LONGEST_ENLARGEMENT)
        return cls(scale, scale * aspect)

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Width and height of the displayed image, at least one pixel each."""
        return max(1, round(columns * self.x)), max(1, round(rows * self.y))

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Display position of a (column, row) whose whole numbers are pixel centers."""
        return (point[0] + 0.5) * self.x, (point[1] + 0.5) * self.y


def displayable(frame: NDArray) -> Image.Image:
    """A frame as 8-bit RGB; deeper gray is windowed between its 0.5 and 99.5 percentiles."""
    if frame.dtype != np.uint8:
        finite = frame[np.isfinite(frame)]
        low, high = np.percentile(finite, (0.5, 99.5)) if finite.size else (0.0, 1.0)
        scaled = (np.nan_to_num(frame.astype(np.float64), nan=low) - low) / max(high - low, 1e-12)
        frame = np.rint(255.0 * np.clip(scaled, 0.0, 1.0)).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(frame)).convert("RGB")


def enlarged(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """`image` at display size: smooth, without the ringing that a sharper filter gives around bright echoes."""
    shrinks = size[0] < image.width
    return image.resize(size, Image.Resampling.LANCZOS if shrinks else Image.Resampling.BICUBIC)


def enlarged_map(values: NDArray, size: tuple[int, int]) -> NDArray[np.float32]:
    """A heat map at display size, still in [-1, 1]."""
    picture = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    return np.clip(np.asarray(picture.resize(size, Image.Resampling.BILINEAR)), -1.0, 1.0)


def draw_outlines(view: Image.Image, labels: NDArray[np.unsignedinteger[Any]]) -> None:
    """Draw the border of every lesion of `labels` ``[H, W]`` onto `view`, in its own color."""
    fine = (view.width * _FINE, view.height * _FINE)
    for number in np.unique(labels[labels > 0]):
        inside = _rounded(labels == number, fine)
        inner = ndimage.binary_erosion(inside, iterations=round(_OUTLINE_PX * _FINE), border_value=1)
        border = Image.fromarray(np.where(inside & ~inner, 255, 0).astype(np.uint8))
        view.paste(lesion_color(int(number)), mask=border.resize(view.size, Image.Resampling.BOX))


def draw_calipers(view: Image.Image, lesions: Sequence[Lesion], magnification: Magnification) -> None:
    """Draw each lesion's longest axis and its perpendicular as the dotted lines of a scanner's calipers."""
    layer = Image.new("L", (view.width * _FINE, view.height * _FINE))
    draw = ImageDraw.Draw(layer)
    for lesion in lesions:
        if lesion.long_axis_px * min(magnification.x, magnification.y) < _SHORTEST_CALIPER_PX:
            continue
        for ends in (lesion.long_axis_ends_px, lesion.short_axis_ends_px):
            start, stop = (np.array(magnification.place(end)) * _FINE for end in ends)
            _dotted_line(draw, start, stop)
    view.paste(CALIPER, mask=layer.resize(view.size, Image.Resampling.BOX))


def draw_numbers(view: Image.Image, lesions: Sequence[Lesion], magnification: Magnification) -> None:
    """Write each lesion's number beside its upper left corner, unless there is only a first one."""
    if all(lesion.number == 1 for lesion in lesions):
        return
    draw = ImageDraw.Draw(view)
    for lesion in lesions:
        x, y = magnification.place((lesion.bbox_px[0], lesion.bbox_px[1]))
        _haloed(draw, (min(max(x, 12), view.width - 12), max(y, 20)), str(lesion.number), lesion_color(lesion.number))


def draw_region(view: Image.Image, region_px: tuple[int, int, int, int], magnification: Magnification) -> None:
    """Mark the corners of the analyzed region (left, top, width, height) where it is not the whole image."""
    left, top, width, height = region_px
    x0, y0 = round(left * magnification.x), round(top * magnification.y)
    x1, y1 = round((left + width) * magnification.x) - 1, round((top + height) * magnification.y) - 1
    if (x0, y0, x1, y1) == (0, 0, view.width - 1, view.height - 1):
        return
    draw = ImageDraw.Draw(view)
    arm = max(4, min(18, (x1 - x0) // 4, (y1 - y0) // 4))
    for x, inward_x in ((x0, arm), (x1, -arm)):
        for y, inward_y in ((y0, arm), (y1, -arm)):
            draw.line([(x + inward_x, y), (x, y), (x, y + inward_y)], fill=QUIET, width=2)


def _rounded(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """`mask` at display size, without the stair steps of its pixels."""
    values = np.asarray(Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))
    pixel = (size[1] / mask.shape[0], size[0] / mask.shape[1])
    smooth = ndimage.gaussian_filter(values, [_STEP_BLUR * step for step in pixel]) >= 0.5
    return smooth if smooth.any() else values >= 0.5


def _dotted_line(draw: ImageDraw.ImageDraw, start: NDArray, stop: NDArray) -> None:
    length = float(np.hypot(*(stop - start)))
    dots = max(2, int(length / (7 * _FINE)) + 1)
    for share in np.linspace(0.0, 1.0, dots):
        x, y = start + share * (stop - start)
        draw.ellipse([x - 1.2 * _FINE, y - 1.2 * _FINE, x + 1.2 * _FINE, y + 1.2 * _FINE], fill=210)
    arm = 6 * _FINE
    for x, y in (start, stop):
        draw.line([(x - arm, y), (x + arm, y)], fill=255, width=round(1.5 * _FINE))
        draw.line([(x, y - arm), (x, y + arm)], fill=255, width=round(1.5 * _FINE))


def _haloed(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, color: RGB) -> None:
    draw.text(at, text, font=font(20), fill=color, anchor="rb", stroke_width=2, stroke_fill=BACKGROUND)
