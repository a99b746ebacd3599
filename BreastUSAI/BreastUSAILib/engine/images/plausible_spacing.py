"""How far apart pixels and slices of breast ultrasound can be at all."""

from __future__ import annotations

from dataclasses import replace

from .. import flag_sentences
from ..flags import Flag, FlagCode, Severity
from .frames import Frames, InputKind, SpacingSource

SMALLEST_SPACING_MM = 0.001
LARGEST_SPACING_MM = 10.0
"""Outside these a pixel would be smaller than any ultrasound wavelength, or a 500-pixel image deeper than a body."""

DEEPEST_MM = 160.0
"""No ultrasound image of a breast is deeper: scanners offer 15 cm at most, and frames have a margin."""


def plausible_length(millimeters: float | None) -> float | None:
    """A distance between pixels or slices in mm, or None where it is missing or cannot be one of ultrasound."""
    plausible = millimeters is not None and SMALLEST_SPACING_MM <= millimeters <= LARGEST_SPACING_MM
    return millimeters if plausible else None


def plausible_spacing(row_mm: float | None, column_mm: float | None) -> tuple[float, float] | None:
    """(row, column) in mm, or None where either is missing or cannot be an ultrasound pixel."""
    row, column = plausible_length(row_mm), plausible_length(column_mm)
    return None if row is None or column is None else (row, column)


def without_impossible_size(frames: Frames) -> Frames:
    """`frames`, uncalibrated and with a remark where their pixel size would make the image deeper than any breast.

    The depth is that of the analyzed region, else of the whole picture; of a volume, whose slices may lie any way, the
    shorter side counts. A size that the user gave is left alone.
    """
    spacing = frames.pixel_spacing_mm
    if spacing is None or frames.spacing_source is SpacingSource.MANUAL:
        return frames
    rows, columns = frames.rows, frames.columns
    if frames.region is not None:
        rows, columns = frames.region.rectangle.height, frames.region.rectangle.width
    depth = rows * spacing[0]
    if frames.kind is InputKind.VOLUME:
        depth = min(depth, columns * spacing[1])
    if depth <= DEEPEST_MM:
        return frames
    message = flag_sentences.IMPOSSIBLE_SIZE.format(size=f"{spacing[0]:.3g}", depth=f"{depth / 10:.0f}")
    remark = Flag(FlagCode.PIXEL_SIZE_DOUBTFUL, Severity.WARNING, message)
    return replace(
        frames,
        pixel_spacing_mm=None,
        spacing_source=SpacingSource.NONE,
        slice_spacing_mm=None,
        remarks=(*frames.remarks, remark),
    )
