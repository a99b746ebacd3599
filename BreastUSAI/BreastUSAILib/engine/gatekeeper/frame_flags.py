"""The flags of the gatekeeper: what is drawn over a frame, and how it was judged by what was learned."""

from __future__ import annotations

from collections.abc import Collection

from numpy.typing import NDArray

from .. import flag_sentences
from ..flags import Flag, FlagCode, Severity
from ..images.frames import Rectangle
from .drawings import BOX_FROM, CROSS_FROM, find_drawings
from .views import shows_two_views

NOT_LIKE_ULTRASOUND = Flag(FlagCode.NOT_ULTRASOUND, Severity.REJECT, flag_sentences.NOT_LIKE_ULTRASOUND)
FAR = Flag(FlagCode.FAR_FROM_TRAINING, Severity.WARNING, flag_sentences.FAR)
NO_GATE = Flag(FlagCode.NO_LEARNED_GATE, Severity.INFO, flag_sentences.NO_GATE)

_CALIPERS = Flag(FlagCode.CALIPERS, Severity.WARNING, flag_sentences.CALIPERS)
_COLOR_BOX = Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, flag_sentences.COLOR_BOX)
_TWO_VIEWS = Flag(FlagCode.MULTIPLE_REGIONS, Severity.WARNING, flag_sentences.TWO_VIEWS)
_AT_BORDER = Flag(FlagCode.LESION_AT_BORDER, Severity.WARNING, flag_sentences.LESION_AT_BORDER)
_AT_BORDERS = Flag(FlagCode.LESION_AT_BORDER, Severity.WARNING, flag_sentences.LESIONS_AT_BORDER)


def drawing_flags(gray: NDArray, known: Collection[FlagCode]) -> tuple[Flag, ...]:
    """Calipers, the edges of a color box and two views in the analyzed region ``[H, W]``, besides what is known."""
    drawn = find_drawings(gray)
    found = []
    if drawn.cross >= CROSS_FROM:
        found.append(_CALIPERS)
    if drawn.upright >= BOX_FROM and FlagCode.COLOR_DOPPLER not in known:
        found.append(_COLOR_BOX)
    if shows_two_views(gray):
        found.append(_TWO_VIEWS)
    return tuple(found)


def border_flag(boxes: Collection[tuple[int, int, int, int]], region: Rectangle) -> Flag | None:
    """Where outlines, (left, top, width, height), are cut by the edge of the region."""
    cut = sum(map(region.cuts, boxes))
    return None if not cut else _AT_BORDER if cut == 1 else _AT_BORDERS
