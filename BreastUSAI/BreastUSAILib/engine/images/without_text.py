"""Frames without what stands beside the scan: scanners burn the patient's name into the picture there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from numpy.typing import NDArray

from .frames import Frames, Rectangle, RegionContent

_SCAN = (RegionContent.TISSUE, RegionContent.COLOR_FLOW)


def without_text(frames: Frames, analyzed: tuple[int, int, int, int]) -> Frames:
    """`frames` with everything black that lies neither in the analyzed region nor in a region that shows tissue.

    Args:
        frames: the input.
        analyzed: the region (left, top, width, height); where it is the whole picture, nothing is blanked.
    """
    kept = [Rectangle(*analyzed)]
    kept += [region.rectangle for region in frames.regions if region.content in _SCAN]
    if any(area.area >= frames.rows * frames.columns for area in kept):
        return frames
    inner = frames.read_frame
    return replace(frames, read_frame=lambda index: _blanked(inner(index), kept))


def _blanked(pixels: NDArray, kept: Sequence[Rectangle]) -> NDArray:
    darkest = pixels.min() if pixels.dtype.kind == "f" else 0
    blank = pixels.copy()
    blank[...] = darkest
    for area in kept:
        blank[area.slices] = pixels[area.slices]
    return blank
