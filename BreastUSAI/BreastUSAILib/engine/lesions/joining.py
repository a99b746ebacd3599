"""Lesions of slices that belong together, joined into lesions of the volume: by overlap, or by the number that a
reader gave. Needs numpy alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..findings.analysis import FrameMaps, Lesion, Malignancy, VolumeLesion

_REACH = 2  # steps: to the next analyzed slice, or to the one after an empty one


def join_lesions(
    lesions: Sequence[Lesion],
    maps: FrameMaps,
    malignancy_of: Callable[[Lesion], Malignancy | None],
    *,
    step: int = 1,
    voxel_mm3: float | None = None,
    slices_of: Mapping[int, float] | None = None,
) -> tuple[VolumeLesion, ...]:
    """Partition the lesions of a volume's slices into lesions of the volume, the largest first.

    Two lesions belong together where their outlines share a pixel in neighboring analyzed slices, or in two with one
    between them, and so on along the volume. Equal sizes are told apart by where they begin: slice, row,
    column. How the slices' lesions are numbered changes nothing but the ids listed.

    Args:
        lesions: every lesion of the analyzed slices, with unique ids.
        maps: the label maps in which they are outlined.
        malignancy_of: the likelihood of a lesion in its slice.
        step: how far apart neighboring analyzed slices lie, in slices.
        voxel_mm3: the volume of a voxel of one slice in mm³, or None where unknown.
        slices_of: how many slices each analyzed one stands for; None: each for itself.
    """
    groups = _Groups([lesion.id for lesion in lesions])
    by_place = {(lesion.frame, lesion.number): lesion for lesion in lesions}
    beginnings: dict[int, tuple[int, int, int]] = {}
    for frame, labels, before in _neighbors(lesions, maps, _REACH * step):
        for lesion in (found for found in lesions if found.frame == frame):
            beginnings[lesion.id] = _beginning(lesion, labels)
        for other, other_labels in before:
            for number, other_number in _overlaps(labels, other_labels):
                groups.join(by_place[frame, number].id, by_place[other, other_number].id)
    by_id = {lesion.id: lesion for lesion in lesions}
    parts = [sorted((by_id[id_] for id_ in group), key=lambda part: (part.frame, part.id)) for group in groups.all()]
    parts.sort(key=lambda part: (-_voxels(part), min(beginnings[lesion.id] for lesion in part)))
    return tuple(
        _joined(number, part, malignancy_of, voxel_mm3, slices_of or {}) for number, part in enumerate(parts, start=1)
    )


def lesions_by_number(
    lesions: Sequence[Lesion],
    malignancy_of: Callable[[Lesion], Malignancy | None],
    *,
    voxel_mm3: float | None = None,
    slices_of: Mapping[int, float] | None = None,
) -> tuple[VolumeLesion, ...]:
    """One lesion of the volume for each number in the slices' labels, ascending; its id is that number.

    For outlines that a reader drew: what is one segment is one lesion, in how many pieces and wherever it lies, and
    what are two stay two, however they touch. Arguments as for `join_lesions`.
    """
    parts: dict[int, list[Lesion]] = {}
    for lesion in sorted(lesions, key=lambda one: (one.number, one.frame)):
        parts.setdefault(lesion.number, []).append(lesion)
    return tuple(_joined(number, part, malignancy_of, voxel_mm3, slices_of or {}) for number, part in parts.items())


def slices_stood_for(analyzed: Sequence[int], step: int) -> dict[int, float]:
    """Analyzed slice -> how many slices it stands for: half way to the next on either side, at most half a step.

    The first and the last reach as far outwards as inwards; a slice that is alone stands for itself.
    """
    reaches = [min(after - before, step) / 2 for before, after in pairwise(analyzed)]
    if not reaches:
        return dict.fromkeys(analyzed, 1.0)
    sides = zip(analyzed, [reaches[0], *reaches], [*reaches, reaches[-1]], strict=True)
    return {frame: before + after for frame, before, after in sides}


class _Groups:
    """Disjoint sets of ids."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._parents = {id_: id_ for id_ in ids}

    def join(self, one: int, other: int) -> None:
        """Put the groups of both into one."""
        self._parents[self._root(one)] = self._root(other)

    def all(self) -> list[list[int]]:
        """The groups."""
        groups: dict[int, list[int]] = {}
        for id_ in self._parents:
            groups.setdefault(self._root(id_), []).append(id_)
        return list(groups.values())

    def _root(self, id_: int) -> int:
        while self._parents[id_] != id_:
            self._parents[id_] = self._parents[self._parents[id_]]
            id_ = self._parents[id_]
        return id_


_Slice = tuple[int, NDArray[np.uint8]]


def _neighbors(
    lesions: Sequence[Lesion], maps: FrameMaps, reach: int
) -> Iterator[tuple[int, NDArray[np.uint8], list[_Slice]]]:
    """Each slice with lesions, its labels, and the slices with lesions up to `reach` before it."""
    before: list[_Slice] = []
    for frame in sorted({lesion.frame for lesion in lesions}):
        before = [place for place in before if frame - place[0] <= reach]
        labels = maps.labels(frame)
        yield frame, labels, before
        before = [*before, (frame, labels)]


def _overlaps(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """The pairs of numbers that share a pixel of two label maps ``[H, W]``."""
    both = (one > 0) & (other > 0)
    pairs = np.unique(one[both].astype(np.int64) * 256 + other[both])
    return [(int(pair) // 256, int(pair) % 256) for pair in pairs]


def _beginning(lesion: Lesion, labels: NDArray[np.uint8]) -> tuple[int, int, int]:
    """Slice, row and column of the lesion's first pixel in reading order."""
    left, top, width, _ = lesion.bbox_px
    return lesion.frame, top, left + int(np.argmax(labels[top, left : left + width] == lesion.number))


def _voxels(part: Sequence[Lesion]) -> int:
    return sum(lesion.area_px for lesion in part)


def _joined(
    number: int,
    part: Sequence[Lesion],
    malignancy_of: Callable[[Lesion], Malignancy | None],
    voxel_mm3: float | None,
    slices_of: Mapping[int, float],
) -> VolumeLesion:
    key, malignancy = part[0].frame, None
    for lesion in part:
        here = malignancy_of(lesion)
        if here is not None and (malignancy is None or here.probability > malignancy.probability):
            key, malignancy = lesion.frame, here
    stood_for = sum(lesion.area_px * slices_of.get(lesion.frame, 1) for lesion in part)
    return VolumeLesion(
        id=number,
        lesions=tuple(lesion.id for lesion in part),
        first_frame=part[0].frame,
        last_frame=part[-1].frame,
        key_frame=key,
        voxels=_voxels(part),
        volume_mm3=None if voxel_mm3 is None else stood_for * voxel_mm3,
        malignancy=malignancy,
    )
