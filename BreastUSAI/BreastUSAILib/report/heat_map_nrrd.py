"""`heatmap.nrrd`: the heat maps as a float32 volume in [0, 1] on the input's own pixel grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..engine.findings.analysis import Analysis
from ..engine.images.frames import Frames
from .nrrd_file import FRAMES_KEY, analyzed_slab, slab_to_ras, write_nrrd

STEPS = 1024  # finer than any heat map means, and a quarter of the bytes that the full mantissa needs


def write_heat_maps(analysis: Analysis, frames: Frames, path: Path) -> None:
    """Write one slice a frame, from the first analyzed frame to the last; a frame between without a map is 0.

    Values are rounded to 1/1024. The header names the frames that have a map (`BreastUSAI.Frames`, indices from 0)
    and how they were made.

    Raises:
        OutputError: where the file cannot be written.
    """
    slab = analyzed_slab(analysis)
    mapped = frozenset(analysis.maps.frames)
    empty = np.zeros((frames.rows, frames.columns), dtype=np.float32)
    write_nrrd(
        path,
        (_rounded(analysis.maps.heat_map(index)) if index in mapped else empty for index in slab),
        shape=(len(slab), frames.rows, frames.columns),
        dtype=np.float32,
        ijk_to_ras=slab_to_ras(frames, slab),
        fields={
            FRAMES_KEY: " ".join(map(str, analysis.maps.frames)),
            "BreastUSAI.Explanation": f"{analysis.explanation.method} {analysis.explanation.target_class.value}",
        },
    )


def _rounded(heat_map: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.rint(heat_map * np.float32(STEPS)) / np.float32(STEPS)
