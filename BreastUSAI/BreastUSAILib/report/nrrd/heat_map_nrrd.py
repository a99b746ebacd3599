"""`heatmap.nrrd` and its like: explanations as float32 volumes on the input's own pixel grid, each in one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...engine.findings.analysis import Analysis, FurtherExplanation
from ...engine.images.frames import Frames
from .nrrd_file import FRAMES_KEY, analyzed_slab, slab_to_ras, write_nrrd

STEPS = 1024  # finer than any heat map means, and a quarter of the bytes that the full mantissa needs


def write_heat_maps(analysis: Analysis, frames: Frames, path: Path) -> None:
    """Write the heat maps that came with the verdict, in [0, 1].

    One slice a frame, from the first analyzed frame to the last; a frame between without a map is 0. Values are
    rounded to 1/1024. The header names the frames that have a map (`BreastUSAI.Frames`, indices from 0) and how they
    were made.

    Raises:
        OutputError: where the file cannot be written.
    """
    made = f"{analysis.explanation.method} {analysis.explanation.target_class.value}"
    _write(analysis, frames, path, analysis.maps.heat_map, analysis.maps.frames, made)


def write_further_maps(analysis: Analysis, frames: Frames, further: FurtherExplanation, path: Path) -> None:
    """Write the maps of one of `Analysis.explanations` in the same way; a signed one lies in [-1, 1].

    Raises:
        OutputError: where the file cannot be written.
    """
    made = f"{further.method} {further.target}"
    option, maps = further.option, analysis.maps
    _write(analysis, frames, path, lambda index: maps.explanation_map(option, index), further.frames, made)


def _write(
    analysis: Analysis,
    frames: Frames,
    path: Path,
    map_of: Callable[[int], NDArray[np.float32]],
    mapped: Sequence[int],
    made: str,
) -> None:
    slab, known = analyzed_slab(analysis), frozenset(mapped)
    empty = np.zeros((frames.rows, frames.columns), dtype=np.float32)
    write_nrrd(
        path,
        (_rounded(map_of(index)) if index in known else empty for index in slab),
        shape=(len(slab), frames.rows, frames.columns),
        dtype=np.float32,
        ijk_to_ras=slab_to_ras(frames, slab),
        fields={FRAMES_KEY: " ".join(map(str, mapped)), "BreastUSAI.Explanation": made},
    )


def _rounded(heat_map: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.rint(heat_map * np.float32(STEPS)) / np.float32(STEPS)
