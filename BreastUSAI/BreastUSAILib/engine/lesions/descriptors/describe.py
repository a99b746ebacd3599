"""Every descriptor of the lesions of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...findings.analysis import Lesion
from ...findings.descriptors import ECHO_PATTERN, MARGIN, POSTERIOR, Descriptor
from ...images.frames import Rectangle
from .echo_pattern import echo_pattern
from .margin import margin
from .orientation import orientation
from .patch import gray_range, patch_of
from .posterior import posterior
from .shape import shape


def described(
    lesions: Sequence[Lesion],
    labels: NDArray[np.uint8],
    gray: NDArray,
    region: Rectangle,
    pixel_spacing_mm: tuple[float, float] | None,
) -> tuple[Lesion, ...]:
    """The lesions of one frame with their `descriptors`.

    Args:
        lesions: as measured on `labels`.
        labels: ``[H, W]``, 0 background, else the lesion's number.
        gray: the frame ``[H, W]``.
        region: the analyzed region.
        pixel_spacing_mm: (row, column) in mm, or None where unknown: pixels are then taken as square.
    """
    if not lesions:
        return ()
    values = gray_range(gray, region)
    return tuple(
        replace(lesion, descriptors=_descriptors(lesion, labels, gray, region, pixel_spacing_mm, values))
        for lesion in lesions
    )


def _descriptors(
    lesion: Lesion,
    labels: NDArray[np.uint8],
    gray: NDArray,
    region: Rectangle,
    spacing: tuple[float, float] | None,
    values: tuple[float, float],
) -> tuple[Descriptor, ...]:
    geometric = shape(labels == lesion.number, spacing), orientation(lesion)
    patch = patch_of(gray, labels, lesion.number, region, spacing, values)
    if patch is None:
        return *geometric, *(Descriptor(name, None, 0.0) for name in (MARGIN, ECHO_PATTERN, POSTERIOR))
    return *geometric, margin(patch), echo_pattern(patch), posterior(patch)
