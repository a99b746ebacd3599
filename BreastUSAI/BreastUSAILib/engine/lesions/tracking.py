"""Lesions of a cine's frames that are one lesion, followed from frame to frame: one lesion, one likelihood.

Needs numpy and scipy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..findings.analysis import FrameMaps, Lesion, Malignancy, TrackedLesion
from ..findings.descriptors import ECHO_PATTERN
from ..images.frames import Rectangle
from .one_likelihood import together

REACH = 5
"""Analyzed frames: a lesion that is not outlined on so many in between is still the same one."""

_LEAST_LIKENESS = 0.25
_LEVEL_SCALE = 0.3  # of gray values in [0, 1]
_NO_MATCH = 1e3
_CUT = 0.5  # how much the quality of an outline counts that the border of the scan area may cut
_SPREAD = (10, 90)  # percentiles of the frames' likelihoods


def track_lesions(
    lesions: Sequence[Lesion],
    maps: FrameMaps,
    malignancy_of: Callable[[Lesion], Malignancy | None],
    *,
    region: Rectangle,
    step: int = 1,
) -> tuple[TrackedLesion, ...]:
    """Partition the lesions of a cine's frames into lesions of the breast, the one on most frames first.

    From frame to frame, every lesion is given to the one of up to `REACH` analyzed frames before that it is most like,
    each to one at most (linear assignment). Like are outlines that overlap, or that lie within their own size of each
    other, and that have about the same size and brightness; where a lesion is looked for follows its last movement, so
    that a probe which glides does not lose it.

    The *quality* of an outline is its mean lesion probability, times the root of its share of the lesion's largest
    area, halved where it touches the border of the scan area. The key frame is that of the highest quality. The
    likelihood is the mean of the log-odds of its frames' likelihoods, weighted by quality; so are the ends of its
    interval: frames of one cine are much alike, and more of them do not make it surer.

    Args:
        lesions: every lesion of the analyzed frames, with unique ids.
        maps: the label maps in which they are outlined.
        malignancy_of: the likelihood of a lesion in its frame.
        region: the scan area.
        step: how far apart neighboring analyzed frames lie.
    """
    tracks: list[_Track] = []
    for frame, found in _by_frame(lesions):
        labels = maps.cropped_labels(frame)
        outlines = [_Outline.of(one, labels.box, labels.labels) for one in found]
        active = [one for one in tracks if frame - one.last.lesion.frame <= (REACH + 1) * step]
        matched = _matches(active, outlines, frame)
        for place, outline in enumerate(outlines):
            if place in matched:
                active[matched[place]].add(outline)
            else:
                tracks.append(_Track([outline.lesion], outline))
    tracks.sort(key=lambda one: (-len(one.lesions), one.lesions[0].frame, one.lesions[0].id))
    return tuple(_tracked(number, one, malignancy_of, region) for number, one in enumerate(tracks, start=1))


def _by_frame(lesions: Sequence[Lesion]) -> Iterator[tuple[int, list[Lesion]]]:
    found: dict[int, list[Lesion]] = {}
    for lesion in lesions:
        found.setdefault(lesion.frame, []).append(lesion)
    return iter(sorted(found.items()))


@dataclass(frozen=True)
class _Outline:
    """A lesion of one frame with its pixels `mask`, at (`left`, `top`)."""

    lesion: Lesion
    left: int
    top: int
    mask: NDArray[np.bool_]

    @classmethod
    def of(cls, lesion: Lesion, box: Rectangle, labels: NDArray) -> _Outline:
        left, top, width, height = lesion.bbox_px
        own = labels[top - box.y : top - box.y + height, left - box.x : left - box.x + width] == lesion.number
        return cls(lesion, left, top, own)

    @property
    def reach(self) -> float:
        """The radius of a disk of its area, in pixels."""
        return math.sqrt(self.lesion.area_px / math.pi)

    @property
    def level(self) -> float | None:
        """Its median gray value in [0, 1], where the echo pattern was measured."""
        return next((one.measures.get("level") for one in self.lesion.descriptors if one.name == ECHO_PATTERN), None)


@dataclass
class _Track:
    """One lesion so far: in its frames, and as it is outlined in the last; pixels of the others are not kept."""

    lesions: list[Lesion]
    last: _Outline

    def add(self, outline: _Outline) -> None:
        """It is outlined in one frame more."""
        self.lesions.append(outline.lesion)
        self.last = outline

    def movement(self, frame: int) -> tuple[float, float]:
        """How far (columns, rows) it will have moved by `frame`, as it did last."""
        if len(self.lesions) < 2:
            return 0.0, 0.0
        before, last = self.lesions[-2:]
        gone = (frame - last.frame) / (last.frame - before.frame)
        (x, y), (x_last, y_last) = before.centroid_px, last.centroid_px
        return gone * (x_last - x), gone * (y_last - y)


def _matches(tracks: Sequence[_Track], outlines: Sequence[_Outline], frame: int) -> Mapping[int, int]:
    """Place among the outlines -> place among the tracks."""
    from scipy.optimize import linear_sum_assignment

    if not tracks or not outlines:
        return {}
    likeness = np.array([[_likeness(track, one, frame) for one in outlines] for track in tracks])
    cost = np.where(likeness >= _LEAST_LIKENESS, -likeness, _NO_MATCH)
    rows, columns = linear_sum_assignment(cost)
    return {int(column): int(row) for row, column in zip(rows, columns, strict=True) if cost[row, column] < _NO_MATCH}


def _likeness(track: _Track, outline: _Outline, frame: int) -> float:
    """How much an outline looks like the next one of a track, in [0, 1]."""
    stayed = _likeness_after(track.last, outline, (0.0, 0.0))
    return max(stayed, _likeness_after(track.last, outline, track.movement(frame)))


def _likeness_after(last: _Outline, outline: _Outline, moved: tuple[float, float]) -> float:
    column, row = (place + by for place, by in zip(last.lesion.centroid_px, moved, strict=True))
    distance = math.hypot(outline.lesion.centroid_px[0] - column, outline.lesion.centroid_px[1] - row)
    near = max(0.0, 1 - distance / (last.reach + outline.reach))
    if near == 0.0:
        return 0.0
    sizes = sorted((last.lesion.area_px, outline.lesion.area_px))
    size = math.sqrt(sizes[0] / sizes[1])
    shared = _overlap(last, outline, (round(moved[0]), round(moved[1])))
    return max(shared, near) * size * _alike(last.level, outline.level)


def _alike(level: float | None, other: float | None) -> float:
    """How alike two gray values are, in (0, 1]; 1 where one is not known."""
    return 1.0 if level is None or other is None else math.exp(-abs(level - other) / _LEVEL_SCALE)


def _overlap(one: _Outline, other: _Outline, moved: tuple[int, int]) -> float:
    """Pixels that both share, as a share of the smaller one's, with `one` moved by (columns, rows)."""
    left, top = one.left + moved[0], one.top + moved[1]
    x0, y0 = max(left, other.left), max(top, other.top)
    x1 = min(left + one.mask.shape[1], other.left + other.mask.shape[1])
    y1 = min(top + one.mask.shape[0], other.top + other.mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return 0.0
    first = one.mask[y0 - top : y1 - top, x0 - left : x1 - left]
    second = other.mask[y0 - other.top : y1 - other.top, x0 - other.left : x1 - other.left]
    return float(np.count_nonzero(first & second) / min(one.lesion.area_px, other.lesion.area_px))


def _tracked(
    number: int, track: _Track, malignancy_of: Callable[[Lesion], Malignancy | None], region: Rectangle
) -> TrackedLesion:
    parts = track.lesions
    largest = max(one.area_px for one in parts)
    quality = [
        one.mean_probability * math.sqrt(one.area_px / largest) * (_CUT if region.cuts(one.bbox_px) else 1.0)
        for one in parts
    ]
    key = int(np.argmax(quality))
    known = [(weight, found) for weight, one in zip(quality, parts, strict=True) if (found := malignancy_of(one))]
    spread = np.percentile([one.probability for _, one in known], _SPREAD) if known else None
    return TrackedLesion(
        id=number,
        lesions=tuple(one.id for one in parts),
        first_frame=parts[0].frame,
        last_frame=parts[-1].frame,
        key_frame=parts[key].frame,
        key_quality=quality[key],
        malignancy=together(known) if known else None,
        spread=None if spread is None else (float(spread[0]), float(spread[1])),
    )
