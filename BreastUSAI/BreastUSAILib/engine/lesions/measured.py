"""Everything that is told of the lesions of one frame: sizes, how far these may be off, and descriptors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..findings.analysis import Lesion
from ..images.frames import Rectangle
from .descriptors.describe import described
from .length_errors import with_errors
from .measure import measure_lesions


def measured_lesions(
    labels: NDArray[np.uint8],
    probability: NDArray[np.float32],
    gray: NDArray,
    *,
    frame: int,
    first_id: int,
    region: Rectangle,
    pixel_spacing_mm: tuple[float, float] | None,
    threshold: float | None = None,
) -> tuple[Lesion, ...]:
    """The lesions of a label map ``[H, W]``, in the order of their numbers.

    Args:
        labels: 0 background, else the lesion's number.
        probability: ``[H, W]`` in [0, 1], the network's.
        gray: the frame ``[H, W]``.
        frame: its index.
        first_id: id of the first lesion; the others count up from it.
        region: the analyzed region.
        pixel_spacing_mm: (row, column) in mm, or None where unknown.
        threshold: the probability that the outlines are drawn at; None where they were given, and have no `errors`.
    """
    lesions = measure_lesions(
        labels,
        probability,
        frame=frame,
        first_id=first_id,
        region_top=region.y,
        pixel_spacing_mm=pixel_spacing_mm,
    )
    lesions = described(lesions, labels, gray, region, pixel_spacing_mm)
    if threshold is None:
        return lesions
    return with_errors(lesions, labels, probability, threshold, region.y, pixel_spacing_mm)
