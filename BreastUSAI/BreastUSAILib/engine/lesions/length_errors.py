"""How far the lengths of an outline may be off, told by how sharply the network knows the border.

The outline is drawn where the lesion's probability, a mean over the image and its mirror image, falls below a
threshold. Where the network is sure, the probability drops within a pixel or two, and any threshold gives the same
lengths; where it is not, a band of middling probability lies around the outline. Each length is therefore measured
again on a wider and on a narrower outline, drawn at the log-odds of the threshold minus and plus `BAND`, and half of
the difference is given as its error. A reader's own outline has no such band, and no error is known for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ..findings.analysis import LengthErrors, Lesion
from ..models.calibration import log_odds
from .measure import EIGHT_NEIGHBORS, fill_holes, measure_lesions

BAND = 2.0
"""In log-odds: from .5 to .88 and .12."""

_AROUND = 0.3  # of the box's width and height, on every side: what a wider outline may add


def with_errors(
    lesions: Sequence[Lesion],
    labels: NDArray[np.uint8],
    probability: NDArray[np.float32],
    threshold: float,
    region_top: int,
    pixel_spacing_mm: tuple[float, float] | None,
) -> tuple[Lesion, ...]:
    """The lesions of a frame's label map ``[H, W]`` with the `errors` of their lengths.

    Args:
        lesions: as measured on `labels`.
        labels: 0 background, else the lesion's number.
        probability: ``[H, W]`` in [0, 1], which the outlines were drawn from.
        threshold: at which they were.
        region_top: first row of the analyzed region.
        pixel_spacing_mm: (row, column) in mm, or None where unknown.
    """
    odds = log_odds(threshold)
    cuts = [1 / (1 + math.exp(-(odds + way * BAND))) for way in (-1, 1)]
    found = []
    for lesion in lesions:
        others = [_at(lesion, labels, probability, cut, region_top, pixel_spacing_mm) for cut in cuts]
        found.append(replace(lesion, errors=_half_apart(lesion, [other or lesion for other in others])))
    return tuple(found)


def _at(
    lesion: Lesion,
    labels: NDArray[np.uint8],
    probability: NDArray[np.float32],
    cut: float,
    region_top: int,
    spacing: tuple[float, float] | None,
) -> Lesion | None:
    """The lesion as it would be at another threshold, apart from its neighbors; None where nothing is left of it."""
    left, top, width, height = lesion.bbox_px
    across, down = math.ceil(_AROUND * width) + 1, math.ceil(_AROUND * height) + 1
    rows, columns = slice(max(top - down, 0), top + height + down), slice(max(left - across, 0), left + width + across)
    numbers = labels[rows, columns]
    own = numbers == lesion.number
    foreground = fill_holes((probability[rows, columns] >= cut) & ((numbers == 0) | own))
    parts, _ = ndimage.label(foreground & ((numbers == 0) | own), structure=EIGHT_NEIGHBORS)
    counts = np.bincount(parts[own], minlength=1)
    counts[0] = 0
    if not counts.any():
        return None
    outline = np.zeros_like(labels)
    outline[rows, columns] = parts == counts.argmax()
    (found,) = measure_lesions(
        outline, probability, frame=lesion.frame, first_id=1, region_top=region_top, pixel_spacing_mm=spacing
    )
    return found


def _half_apart(lesion: Lesion, others: Sequence[Lesion]) -> LengthErrors:
    def half(name: str) -> float | None:
        values = [getattr(one, name) for one in (lesion, *others)]
        return None if values[0] is None else (max(values) - min(values)) / 2

    values: dict[str, Any] = {name: half(name) for name in LengthErrors.__dataclass_fields__}
    return LengthErrors(**values)
