"""Lesions of neighboring slices become lesions of the volume: a partition that no numbering changes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from numpy.typing import NDArray

from BreastUSAILib.engine.findings.analysis import Lesion, Malignancy, VolumeLesion
from BreastUSAILib.engine.findings.maps import CroppedLabels
from BreastUSAILib.engine.lesions.joining import join_lesions, slices_stood_for
from BreastUSAILib.engine.lesions.measure import measure_lesions

ROWS, COLUMNS = 8, 10


@dataclasses.dataclass(frozen=True)
class Slices:
    """Label maps by slice."""

    by_frame: dict[int, NDArray[np.uint8]]

    @property
    def frames(self) -> tuple[int, ...]:
        return tuple(sorted(self.by_frame))

    def labels(self, frame: int) -> NDArray[np.uint8]:
        return self.by_frame[frame]

    def cropped_labels(self, frame: int) -> CroppedLabels:
        return CroppedLabels.of(self.labels(frame))

    def heat_map(self, frame: int) -> NDArray[np.float32]:
        raise AssertionError(f"the heat map of slice {frame} was asked for")


def measured(maps: Slices) -> list[Lesion]:
    lesions: list[Lesion] = []
    for frame in maps.frames:
        labels = maps.labels(frame)
        lesions += measure_lesions(
            labels,
            np.ones(labels.shape, np.float32),
            frame=frame,
            first_id=len(lesions) + 1,
            region_top=0,
            pixel_spacing_mm=None,
        )
    return lesions


def likelihood(frame: int) -> Malignancy:
    """One that differs from slice to slice."""
    at = (frame * 37 % 101) / 101
    return Malignancy(at, at / 2, (1 + at) / 2)


def joined(maps: Slices, step: int = 1, voxel_mm3: float | None = None) -> tuple[VolumeLesion, ...]:
    return join_lesions(measured(maps), maps, lambda lesion: likelihood(lesion.frame), step=step, voxel_mm3=voxel_mm3)


def block(top: int, left: int, number: int = 1, side: int = 2) -> NDArray[np.uint8]:
    labels = np.zeros((ROWS, COLUMNS), np.uint8)
    labels[top : top + side, left : left + side] = number
    return labels


EMPTY = np.zeros((ROWS, COLUMNS), np.uint8)


@st.composite
def volumes(draw: st.DrawFn) -> Slices:
    """A few slices at any places, with lesions that may lie in several parts."""
    places = sorted(draw(st.sets(st.integers(0, 9), min_size=1, max_size=6)))
    sparse = numpy_strategies.arrays(np.uint8, (ROWS, COLUMNS), elements=st.integers(0, 3), fill=st.just(0))
    return Slices({place: draw(sparse) for place in places})


@given(maps=volumes())
def test_every_lesion_is_in_exactly_one_joined_lesion(maps: Slices) -> None:
    lesions, whole = measured(maps), joined(maps)
    assert sorted(id_ for one in whole for id_ in one.lesions) == [lesion.id for lesion in lesions]
    assert [one.id for one in whole] == list(range(1, len(whole) + 1))
    assert sum(one.voxels for one in whole) == sum(int((maps.labels(frame) > 0).sum()) for frame in maps.frames)
    assert [one.voxels for one in whole] == sorted((one.voxels for one in whole), reverse=True)


def voxels_of(maps: Slices, step: int = 1) -> list[frozenset[tuple[int, int, int]]]:
    """What each joined lesion consists of, in the order of the joined lesions."""
    places = {lesion.id: (lesion.frame, lesion.number) for lesion in measured(maps)}
    return [
        frozenset(
            (places[id_][0], int(row), int(column))
            for id_ in one.lesions
            for row, column in np.argwhere(maps.labels(places[id_][0]) == places[id_][1])
        )
        for one in joined(maps, step)
    ]


@given(maps=volumes(), data=st.data())
def test_the_numbering_of_the_slices_changes_nothing(maps: Slices, data: st.DataObject) -> None:
    renumbered = {}
    for frame in maps.frames:
        numbers = data.draw(st.permutations(range(1, 8)))
        renumbered[frame] = np.array([0, *numbers], np.uint8)[maps.labels(frame)]
    assert voxels_of(Slices(renumbered)) == voxels_of(maps)


@given(maps=volumes())
def test_the_volume_turned_upside_down_has_the_same_lesions(maps: Slices) -> None:
    turned = Slices({9 - frame: labels for frame, labels in maps.by_frame.items()})
    back = {frozenset((9 - frame, row, column) for frame, row, column in one) for one in voxels_of(turned)}
    assert back == set(voxels_of(maps))


@given(maps=volumes(), step=st.integers(2, 50))
def test_every_nth_slices_are_joined_as_if_there_were_no_others(maps: Slices, step: int) -> None:
    apart = Slices({step * frame: labels for frame, labels in maps.by_frame.items()})
    spread = [frozenset((step * frame, row, column) for frame, row, column in one) for one in voxels_of(maps)]
    assert voxels_of(apart, step) == spread


@given(maps=volumes())
def test_a_joined_lesion_has_the_likelihood_of_its_most_suspicious_slice(maps: Slices) -> None:
    frames = {lesion.id: lesion.frame for lesion in measured(maps)}
    for one in joined(maps):
        outlined = {frames[id_] for id_ in one.lesions}
        assert one.malignancy == max((likelihood(frame) for frame in outlined), key=lambda found: found.probability)
        assert one.malignancy == likelihood(one.key_frame)
        assert (one.first_frame, one.last_frame) == (min(outlined), max(outlined))
        assert one.key_frame in outlined


def test_overlap_of_one_pixel_joins_and_touching_does_not() -> None:
    assert len(joined(Slices({0: block(2, 2), 1: block(3, 3)}))) == 1
    assert len(joined(Slices({0: block(2, 2), 1: block(2, 4)}))) == 2


@pytest.mark.parametrize(("empty", "found"), [(0, 1), (1, 1), (2, 2)])
def test_one_empty_slice_is_bridged_and_two_are_not(empty: int, found: int) -> None:
    between = {1 + place: EMPTY for place in range(empty)}
    assert len(joined(Slices({0: block(2, 2), **between, 1 + empty: block(2, 2)}))) == found


def test_another_lesion_in_the_slice_between_does_not_keep_them_apart() -> None:
    maps = Slices({0: block(2, 2), 1: block(2, 7), 2: block(2, 2)})
    assert sorted(len(one.lesions) for one in joined(maps)) == [1, 2]


def test_a_fork_is_one_lesion() -> None:
    forked = block(0, 0) + block(0, 4, number=2)
    wide = np.zeros_like(EMPTY)
    wide[0, :6] = 1
    (one,) = joined(Slices({3: forked, 4: wide}))
    assert one.lesions == (1, 2, 3)


def test_lesions_of_equal_size_are_told_apart_by_where_they_begin() -> None:
    first, second = joined(Slices({0: block(5, 5) + block(2, 2, number=2)}))
    assert (first.lesions, second.lesions) == ((2,), (1,))


def test_the_volume_is_what_its_voxels_stand_for() -> None:
    maps = Slices({0: block(2, 2), 1: block(2, 2, side=3)})
    assert joined(maps)[0].volume_mm3 is None
    (one,) = joined(maps, voxel_mm3=0.25)
    assert (one.voxels, one.volume_mm3) == (13, pytest.approx(3.25))


def test_more_lesions_than_a_byte_can_number() -> None:
    dots = np.zeros((40, 40), np.uint8)
    dots[::2, ::2] = np.arange(1, 401).reshape(20, 20) % 200 + 1  # two dots a number
    other = np.roll(dots, 1, axis=1)
    maps = Slices({0: dots, 1: other})
    assert len(joined(maps)) == 400


def test_nothing_gives_nothing() -> None:
    assert joined(Slices({0: EMPTY, 1: EMPTY})) == ()


@given(st.integers(1, 9), st.integers(2, 20))
def test_evenly_analyzed_slices_stand_for_as_many_as_they_lie_apart(step: int, count: int) -> None:
    assert set(slices_stood_for(range(0, step * count, step), step).values()) == {float(step)}


def test_one_slice_more_changes_nothing_far_away() -> None:
    even, more = (slices_stood_for(analyzed, 5) for analyzed in ([0, 5, 10, 15, 20], [0, 5, 7, 10, 15, 20]))

    assert {frame: more[frame] for frame in (0, 15, 20)} == {frame: even[frame] for frame in (0, 15, 20)}
    assert (more[5], more[7], more[10]) == (3.5, 2.5, 4.0)
    assert sum(more.values()) == sum(even.values())


def test_slices_further_apart_than_the_step_stand_for_no_more_than_it() -> None:
    assert slices_stood_for([3, 40], 2) == {3: 2.0, 40: 2.0}
    assert slices_stood_for([3], 2) == {3: 1.0}
