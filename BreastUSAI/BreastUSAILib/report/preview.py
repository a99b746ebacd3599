"""`preview.png`: the key frame, what was found in it, and how sure that is, in one picture. Needs no display."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from .. import RESEARCH_USE
from ..engine.findings.analysis import Analysis
from ..engine.findings.heat_map_colors import heat_map_over, shows_flow
from ..engine.findings.measures import Translate
from ..engine.findings.words import english, explanation_words
from ..engine.images.frames import Frames, InputKind
from .atomic import atomic_file
from .preview_explanations import further_views
from .preview_panel import PANEL_WIDTH, panel
from .preview_scales import STRIP_HEIGHT, color_strip, scale_strip
from .preview_theme import BACKGROUND, QUIET, RULE, TEXT, font, shortened
from .preview_views import (
    Magnification,
    displayable,
    draw_calipers,
    draw_numbers,
    draw_outlines,
    draw_region,
    enlarged,
    enlarged_map,
)

_MARGIN = 28
_HEADER = 74
_FOOTER = 44
_CAPTION = 30
_BESIDE_BOX = (720, 720)  # largest view (width, height) where the two views stand side by side
_STACKED_BOX = (1000, 420)  # and where the image is so wide that they stand one above the other
_WIDE = 1.9
_SMALLEST_VIEW_PX = 340


def write_preview(analysis: Analysis, frames: Frames, path: Path, translate: Translate = english) -> None:
    """Write the picture of `render_preview` as PNG.

    Raises:
        InputError: where the key frame cannot be read again.
        OutputError: where the file cannot be written.
    """
    picture = render_preview(analysis, frames, translate)
    with atomic_file(path) as temporary:
        picture.save(temporary, format="PNG")


def render_preview(analysis: Analysis, frames: Frames, translate: Translate = english) -> Image.Image:
    """The key frame with lesion outlines, the heat map over it, verdict, flags and a scale in mm where it is known.

    Without a key frame (a rejected input) the middle frame is shown alone. `translate` gives the words in the language
    of who reads it; letters that the built-in font does not have become their nearest ones.

    Raises:
        InputError: where the frame cannot be read again.
    """
    key = analysis.verdict.key_frame
    frame = frames.count // 2 if key is None else key
    views = preview_views(analysis, frames, frame, translate)
    side = panel(analysis, frame, translate)
    stacked = frames.columns > _WIDE * frames.rows
    cells = _grid([_captioned(*view) for view in views], stacked)
    further = further_views(analysis, frames, frame, cells.width, translate)
    if further:
        cells = _above(cells, _grid([_captioned(*view) for view in further], False, cells.width))
    width = cells.width + PANEL_WIDTH + 3 * _MARGIN
    height = _HEADER + max(cells.height, side.height) + _FOOTER + _MARGIN
    canvas = Image.new("RGB", (width, height), BACKGROUND)
    canvas.paste(cells, (_MARGIN, _HEADER))
    canvas.paste(side, (width - _MARGIN - PANEL_WIDTH, _HEADER))
    _header(canvas, frames, _kind_words(frames, frame, key is not None, translate))
    _footer(canvas, translate)
    return canvas


def preview_views(
    analysis: Analysis, frames: Frames, frame: int, _: Translate = english
) -> list[tuple[str, Image.Image, Image.Image]]:
    """(caption, picture, strip below it) of every view."""
    box = _STACKED_BOX if frames.columns > _WIDE * frames.rows else _BESIDE_BOX
    spacing = frames.pixel_spacing_mm
    magnification = Magnification.fitting(frames.rows, frames.columns, spacing, box)
    size = magnification.size(frames.rows, frames.columns)
    plain = enlarged(displayable(frames.read_frame(frame)), size)
    strip_width = max(size[0], _SMALLEST_VIEW_PX)
    scale = scale_strip(strip_width, None if spacing is None else spacing[1] / magnification.x, _)
    found = plain.copy()
    draw_region(found, analysis.input.region_px, magnification)
    if frame not in analysis.maps.frames:
        return [(_("Image"), found, scale)]
    labels = analysis.segment_labels(frame)
    lesions = [
        replace(lesion, number=analysis.volume_number(frame, lesion.number)) for lesion in analysis.lesions_of(frame)
    ]
    draw_outlines(found, labels)
    draw_calipers(found, lesions, magnification)
    draw_numbers(found, lesions, magnification)
    on_flow = shows_flow(analysis.flags)
    heat = enlarged_map(analysis.maps.heat_map(frame), size)
    explained = Image.fromarray(heat_map_over(np.asarray(plain), heat, on_flow))
    draw_outlines(explained, labels)
    return [
        (_("Lesions"), found, scale),
        (explanation_words(analysis.explanation, _), explained, color_strip(strip_width, on_flow, False, _)),
    ]


def _captioned(caption: str, view: Image.Image, strip: Image.Image) -> Image.Image:
    cell = Image.new("RGB", (strip.width, _CAPTION + view.height + 6 + STRIP_HEIGHT), BACKGROUND)
    ImageDraw.Draw(cell).text((0, 4), shortened(caption, 17, cell.width), font=font(17), fill=QUIET)
    cell.paste(view, (0, _CAPTION))
    cell.paste(strip, (0, _CAPTION + view.height + 6))
    return cell


def _grid(cells: list[Image.Image], stacked: bool, room: int | None = None) -> Image.Image:
    """Cells of one size side by side, one above the other where `stacked`, or as many as fit into the `room`."""
    width, height, gap = cells[0].width, cells[0].height, _MARGIN
    across = len(cells) if room is None else max(1, (room + gap) // (width + gap))
    across = 1 if stacked else min(across, len(cells))
    down = -(-len(cells) // across)
    grid = Image.new("RGB", (across * width + (across - 1) * gap, down * height + (down - 1) * gap // 2), BACKGROUND)
    for index, cell in enumerate(cells):
        row, column = divmod(index, across)
        grid.paste(cell, (column * (width + gap), row * (height + gap // 2)))
    return grid


def _above(upper: Image.Image, lower: Image.Image) -> Image.Image:
    both = Image.new("RGB", (max(upper.width, lower.width), upper.height + _MARGIN // 2 + lower.height), BACKGROUND)
    both.paste(upper, (0, 0))
    both.paste(lower, (0, upper.height + _MARGIN // 2))
    return both


def _header(canvas: Image.Image, frames: Frames, kind_words: str) -> None:
    draw = ImageDraw.Draw(canvas)
    room = canvas.width - 2 * _MARGIN
    draw.text((_MARGIN, 18), shortened(frames.name, 24, room), font=font(24), fill=TEXT)
    draw.text((_MARGIN, 48), shortened(kind_words, 15, room), font=font(15), fill=QUIET)


def _kind_words(frames: Frames, frame: int, is_key: bool, _: Translate) -> str:
    size = f"{frames.columns} × {frames.rows} px"
    if frames.kind is InputKind.STILL:
        return f"{_('still')} · {size}"
    kind = {InputKind.CINE: _("cine"), InputKind.VOLUME: _("volume")}[frames.kind]
    which, time = (
        (_("key frame {number}") if is_key else _("frame {number}")).format(number=frame),
        frames.time_s(frame),
    )
    if time is not None:
        which = _("{frame} at {seconds:.2f} s").format(frame=which, seconds=time)
    count = _("{count} frames").format(count=frames.count)
    return f"{kind} · {count} · {size} · {which}, {_('counted from 0')}"


def _footer(canvas: Image.Image, _: Translate) -> None:
    draw = ImageDraw.Draw(canvas)
    top = canvas.height - _FOOTER
    draw.line([(_MARGIN, top), (canvas.width - _MARGIN, top)], fill=RULE)
    draw.text((_MARGIN, top + 13), _(RESEARCH_USE), font=font(17), fill=TEXT)
    draw.text((canvas.width - _MARGIN, top + 14), "BreastUSAI", font=font(15), fill=QUIET, anchor="ra")
