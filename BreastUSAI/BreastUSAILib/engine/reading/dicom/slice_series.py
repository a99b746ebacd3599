"""Single DICOM frames that lie parallel in one series, put together as a volume."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ...errors import InputError
from ...images.frames import LPS_TO_RAS, Frames, InputKind
from ...images.plausible_spacing import plausible_length
from ..header_numbers import number
from .dicom_geometry import orientation, position
from .reader import read_dicom

_SAME_PLACE_MM = 1e-3
_EVEN = 0.05  # of the mean distance: rounding of positions stays below, a missing slice doubles one


@dataclass(frozen=True, eq=False)
class SlicePlace:
    """Where the single frame of one file lies: unit directions ``[3, 3]`` and position in LPS mm."""

    path: Path
    shape: tuple[float | None, float | None]
    directions: NDArray[np.float64]
    position: NDArray[np.float64]

    @property
    def distance_mm(self) -> float:
        """Along the slice normal."""
        return float(self.position @ self.directions[:, 2])


def slice_place(path: Path, dataset: Dataset) -> SlicePlace | None:
    """Where the file's frame lies, or None where it has several or the header does not say."""
    directions, place = orientation(dataset), position(dataset)
    frames = number(dataset.get("NumberOfFrames") or 1)
    if directions is None or place is None or frames != 1:
        return None
    return SlicePlace(path, (number(dataset.get("Rows")), number(dataset.get("Columns"))), directions, place)


def stackable(places: list[SlicePlace]) -> list[list[SlicePlace]]:
    """Groups of two and more parallel frames of one size, each at a distance of its own, sorted along the normal."""
    groups: dict[tuple, list[SlicePlace]] = defaultdict(list)
    for place in places:
        groups[(place.shape, *np.round(place.directions, 3).ravel().tolist())].append(place)
    stacks = [sorted(group, key=lambda place: place.distance_mm) for group in groups.values()]
    return [stack for stack in stacks if len(stack) > 1 and min(_gaps_mm(stack)) > _SAME_PLACE_MM]


def read_slices(stack: list[SlicePlace], folder: Path, any_modality: bool = False) -> Frames:
    """One volume of a sorted stack; its slice spacing is the mean distance between neighbors.

    Named after the folder that holds the slices. Raises InputError.
    """
    first = read_dicom(stack[0].path, any_modality)
    middle = read_dicom(stack[len(stack) // 2].path, any_modality)
    directions, depth = stack[0].directions, float(np.mean(_gaps_mm(stack)))
    row, column = first.pixel_spacing_mm or (1.0, 1.0)
    matrix = np.eye(4)
    matrix[:3, :3] = directions * np.array([column, row, depth])
    matrix[:3, 3] = stack[0].position
    has_color = first.has_color or middle.has_color

    def read_frame(index: int) -> NDArray:
        if not 0 <= index < len(stack):
            raise InputError(f"slice {index} does not exist", where=folder, remedy=f"Choose from 0 to {len(stack) - 1}")
        frames = read_dicom(stack[index].path, any_modality)
        if (frames.rows, frames.columns) != (first.rows, first.columns):
            raise InputError("the slice differs in size", where=frames.source, remedy="Export the series again")
        return _as_color(frames.read_frame(0)) if has_color else frames.gray(0)

    holder = stack[0].path.parent
    return replace(
        first,
        name=holder.name or folder.name,
        kind=InputKind.VOLUME,
        count=len(stack),
        has_color=has_color,
        read_frame=read_frame,
        ijk_to_ras=LPS_TO_RAS @ matrix,
        source=str(holder),
        slice_spacing_mm=_even_spacing_mm(stack),
        files=tuple(str(place.path) for place in stack),
    )


def _gaps_mm(stack: list[SlicePlace]) -> list[float]:
    distances = [place.distance_mm for place in stack]
    return [after - before for before, after in pairwise(distances)]


def _even_spacing_mm(stack: list[SlicePlace]) -> float | None:
    """The mean distance between neighbors, or None where slices are missing or unevenly placed."""
    gaps = _gaps_mm(stack)
    mean = float(np.mean(gaps))
    return plausible_length(mean) if max(gaps) - min(gaps) <= _EVEN * mean else None


def _as_color(pixels: NDArray) -> NDArray:
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)
