"""The smaller pictures of the preview: one for each explanation beside the heat map."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..engine.findings.analysis import Analysis
from ..engine.findings.heat_map_colors import heat_map_over, shows_flow
from ..engine.findings.measures import Translate
from ..engine.findings.words import further_explanation_words
from ..engine.images.frames import Frames
from .preview_scales import color_strip
from .preview_views import Magnification, displayable, draw_outlines, enlarged, enlarged_map

_ACROSS = 3
_GAP_PX = 28
_NARROWEST_PX = 200


def further_views(
    analysis: Analysis, frames: Frames, frame: int, room: int, _: Translate
) -> list[tuple[str, Image.Image, Image.Image]]:
    """(caption, picture, strip below it) of every explanation that the frame has, three of them as wide as `room`.

    One whose map is not there any more, since somebody took it out of the scene, is left out.
    """
    shown = [one for one in analysis.explanations if frame in one.frames]
    if not shown:
        return []
    width = max(_NARROWEST_PX, (room - (_ACROSS - 1) * _GAP_PX) // _ACROSS)
    magnification = Magnification.fitting(frames.rows, frames.columns, frames.pixel_spacing_mm, (width, 2 * width))
    size = magnification.size(frames.rows, frames.columns)
    plain = np.asarray(enlarged(displayable(frames.read_frame(frame)), size))
    labels, on_flow = analysis.segment_labels(frame), shows_flow(analysis.flags)
    views = []
    for one in shown:
        try:
            values = enlarged_map(analysis.maps.explanation_map(one.option, frame), size)
        except KeyError:
            continue
        picture = Image.fromarray(heat_map_over(plain, values, on_flow, one.signed))
        draw_outlines(picture, labels)
        views.append((further_explanation_words(one, _), picture, color_strip(width, on_flow, one.signed, _)))
    return views
