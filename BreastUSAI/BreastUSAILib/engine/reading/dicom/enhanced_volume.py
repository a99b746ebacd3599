"""Which frames of an Enhanced US Volume (PS3.3 A.59) are the slices of its volume, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from ... import flag_sentences
from ...errors import InputError
from ...flags import Flag, FlagCode, Severity
from ...images.plausible_spacing import plausible_length
from ..header_numbers import first_number, number, numbers
from .dicom_geometry import slice_spacing

_TISSUE = ("TISSUE_INTENSITY", "TISSUE", "")
_TEMPORAL_POINTERS = (0x0020930D, 0x00209310, 0x00209128)  # time offset, its sequence, the index
_SAME_PLACE_MM = 1e-4
_EVEN = 0.01  # of a step between slices


@dataclass(frozen=True)
class VolumeSlices:
    """`frames` are indices into the file's frames, slice by slice; `spacing_mm` is None where it is not known."""

    frames: tuple[int, ...]
    spacing_mm: float | None
    remarks: tuple[Flag, ...]
    where: Path


@dataclass(frozen=True)
class _Plane:
    frame: int
    time: float | None
    data_type: str
    place: NDArray[np.float64] | None
    normal: NDArray[np.float64] | None


def volume_slices(dataset: Dataset, count: int, where: Path) -> VolumeSlices:
    """The tissue frames of the one volume in the file, in the order of ImagePositionVolume (0020,9301).

    Without per-frame groups for every frame, all frames as they are stored. Raises InputError where there are several
    times, or several frames at one place that nothing tells apart.
    """
    groups = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    if len(groups) < count:
        return VolumeSlices(tuple(range(count)), slice_spacing(dataset), (), where)
    dimensions = _temporal_dimensions(dataset)
    planes = [_plane(index, item, dimensions) for index, item in enumerate(groups[:count])]
    times = {plane.time for plane in planes if plane.time is not None}
    if len(times) > 1:
        raise InputError(
            f"this is a series of {len(times)} volumes",
            where=where,
            remedy="Export one time point as a volume of its own",
        )
    tissue = [plane for plane in planes if plane.data_type in _TISSUE] or planes
    ordered = _ordered(tissue, where)
    remarks = (_left_out(count - len(tissue), count),) if len(tissue) < count else ()
    return VolumeSlices(tuple(plane.frame for plane in ordered), _spacing(dataset, ordered), remarks, where)


def _plane(index: int, groups: Dataset, temporal: Sequence[int]) -> _Plane:
    content = _first(groups, "FrameContentSequence")
    time = number(_first(groups, "TemporalPositionSequence").get("TemporalPositionTimeOffset"))
    if time is None:
        time = first_number(content.get("TemporalPositionIndex"))
    values = numbers(content.get("DimensionIndexValues"))
    if time is None and temporal and len(values) > temporal[0]:
        time = values[temporal[0]]
    kind = str(_first(groups, "ImageDataTypeSequence").get("DataType") or "").strip().upper()
    place = _vector(_first(groups, "PlanePositionVolumeSequence").get("ImagePositionVolume"), 3)
    axes = _vector(_first(groups, "PlaneOrientationVolumeSequence").get("ImageOrientationVolume"), 6)
    normal = None if axes is None else np.cross(axes[:3], axes[3:])
    return _Plane(index, time, kind, place, normal)


def _first(holder: Dataset, keyword: str) -> Dataset:
    items = list(holder.get(keyword) or [])
    return items[0] if items else Dataset()


def _vector(value: object, length: int) -> NDArray[np.float64] | None:
    known = [item for item in numbers(value) if item is not None]
    return np.array(known) if len(known) == length else None


def _temporal_dimensions(dataset: Dataset) -> list[int]:
    """Which of the dimension index values count times."""
    pointers = [first_number(item.get("DimensionIndexPointer")) for item in dataset.get("DimensionIndexSequence") or []]
    return [place for place, pointer in enumerate(pointers) if pointer in _TEMPORAL_POINTERS]


def _ordered(planes: list[_Plane], where: Path) -> list[_Plane]:
    """Planes along their normal; as they are stored where one does not say where it lies."""
    if len(planes) < 2 or any(plane.place is None for plane in planes):
        return planes
    distances = _distances(planes)
    order = np.argsort(distances, kind="stable")
    ascending = distances[order]
    if np.ptp(distances) > _SAME_PLACE_MM and np.diff(ascending).min() <= _SAME_PLACE_MM:
        different = int((np.diff(ascending) > _SAME_PLACE_MM).sum()) + 1
        raise InputError(
            f"{len(planes)} frames lie at {different} places, so this is not a single volume",
            where=where,
            remedy="Export one volume alone",
        )
    return [planes[index] for index in order]


def _distances(planes: list[_Plane]) -> NDArray[np.float64]:
    places = np.array([plane.place for plane in planes])
    normal = planes[0].normal
    if normal is None or not np.linalg.norm(normal):
        normal = places[-1] - places[0]
    length = float(np.linalg.norm(normal))
    return (places - places[0]) @ (normal / length) if length else np.zeros(len(planes))


def _spacing(dataset: Dataset, planes: list[_Plane]) -> float | None:
    """Between the places of the planes where all know theirs and lie evenly, else what the header states."""
    if len(planes) > 1 and all(plane.place is not None for plane in planes):
        steps = np.diff(_distances(planes))
        mean = float(np.abs(steps).mean())
        if mean > _SAME_PLACE_MM:
            even = np.abs(np.abs(steps) - mean).max() <= _EVEN * mean
            return plausible_length(mean) if even else None
    return slice_spacing(dataset)


def _left_out(left: int, count: int) -> Flag:
    return Flag(FlagCode.LEFT_OUT, Severity.INFO, flag_sentences.OTHER_DATA.format(left=left, count=count))
