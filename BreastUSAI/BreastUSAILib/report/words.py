"""Numbers of an analysis in words, the same in pictures and on the command line."""

from __future__ import annotations

from ..engine.findings.analysis import Lesion, VolumeLesion


def percent(probability: float) -> str:
    """A probability in whole per cent; never a rounded 0 or 100 for what is neither."""
    if 0.0 < probability < 0.01:
        return "< 1 %"
    if 0.99 < probability < 1.0:
        return "> 99 %"
    return f"{probability * 100:.0f} %"


def lesion_size(lesion: Lesion) -> str:
    """Longest axis and its perpendicular, in mm where they are known, else in pixels."""
    if lesion.long_axis_mm is None or lesion.short_axis_mm is None:
        return f"{lesion.long_axis_px:.0f} x {lesion.short_axis_px:.0f} px"
    return f"{lesion.long_axis_mm:.1f} x {lesion.short_axis_mm:.1f} mm"


def volume_size(lesion: VolumeLesion) -> str:
    """Volume of a joined lesion, in mm³ where it is known, else in voxels."""
    if lesion.volume_mm3 is None:
        return f"{lesion.voxels} voxel{'' if lesion.voxels == 1 else 's'}"
    return f"{lesion.volume_mm3:.{0 if lesion.volume_mm3 >= 10 else 1}f} mm³"


def slices(lesion: VolumeLesion) -> str:
    """Where a joined lesion lies along the volume; slices count from 0."""
    if lesion.first_frame == lesion.last_frame:
        return f"slice {lesion.first_frame}"
    return f"slices {lesion.first_frame} to {lesion.last_frame}"
