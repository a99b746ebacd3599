"""A cine's lesions are followed from frame to frame: one lesion, one likelihood, whatever the probe does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from BreastUSAILib.engine.findings.analysis import Malignancy
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.lesions.measure import measure_lesions
from BreastUSAILib.engine.lesions.tracking import REACH, track_lesions
from Testing.report.samples import MemoryMaps

ROWS, COLUMNS = 120, 160
REGION = Rectangle(0, 0, COLUMNS, ROWS)


def disk(column, row, radius):
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    return (columns - column) ** 2 + (rows - row) ** 2 <= radius**2


def cine(*frames):
    """Lesions and maps of frames that are each a list of (column, row, radius), the largest first."""
    lesions, labels = [], {}
    for index, disks in enumerate(frames):
        labels[index] = np.zeros((ROWS, COLUMNS), np.uint8)
        for number, place in enumerate(disks, 1):
            labels[index][disk(*place)] = number
        lesions += measure_lesions(
            labels[index],
            np.full((ROWS, COLUMNS), 0.9, np.float32),
            frame=index,
            first_id=len(lesions) + 1,
            region_top=0,
            pixel_spacing_mm=None,
        )
    return lesions, MemoryMaps(labels, {})


def tracked(frames, likelihoods=None, **options):
    lesions, maps = cine(*frames)

    def malignancy_of(lesion):
        share = 0.5 if likelihoods is None else likelihoods[lesion.frame]
        return Malignancy(share, share / 2, (1 + share) / 2)

    found = track_lesions(lesions, maps, malignancy_of, region=REGION, **options)
    by_id = {one.id: one for one in lesions}
    return found, [[(by_id[id_].frame, round(by_id[id_].centroid_px[0])) for id_ in one.lesions] for one in found]


def test_no_lesion_is_no_track():
    assert tracked([[], [], []])[0] == ()


def test_two_lesions_side_by_side_stay_two_though_their_order_by_size_changes():
    frames = [[(40, 60, 10 + step), (110, 60, 12)] for step in range(5)]
    frames = [sorted(disks, key=lambda one: -one[2]) for disks in frames]

    _, places = tracked(frames)

    assert places == [[(frame, 40) for frame in range(5)], [(frame, 110) for frame in range(5)]] or places == [
        [(frame, 110) for frame in range(5)],
        [(frame, 40) for frame in range(5)],
    ]


def test_a_gliding_probe_does_not_lose_a_lesion_that_no_longer_overlaps():
    steps = [20, 28, 46, 64, 82, 100, 118]  # as it gets going, by more than the diameter of 16
    _, places = tracked([[(column, 60, 8)] for column in steps])
    assert places == [[(frame, column) for frame, column in enumerate(steps)]]


def test_a_lesion_that_is_not_seen_for_a_while_is_the_same_and_after_longer_another():
    there, gone = [(80, 60, 12)], []
    _, places = tracked([there, *[gone] * REACH, there])
    assert len(places) == 1
    _, places = tracked([there, *[gone] * (REACH + 1), there])
    assert len(places) == 2


def test_the_reach_counts_analyzed_frames():
    frames = [[(80, 60, 12)], *[[]] * 9, [(80, 60, 12)]]
    assert len(tracked(frames)[0]) == 2
    assert len(tracked(frames, step=10)[0]) == 1


def test_two_lesions_that_pass_each_other_keep_their_ways():
    frames = [[(30 + 10 * step, 40, 12), (130 - 10 * step, 85, 10)] for step in range(11)]
    _, places = tracked(frames)
    assert sorted(tuple(one[-1]) for one in places) == [(10, 30), (10, 130)]
    assert sorted(len(one) for one in places) == [11, 11]


def test_a_small_one_is_not_taken_for_a_large_one_at_the_same_place():
    _, places = tracked([[(80, 60, 40)], [(80, 60, 5)]])
    assert len(places) == 2


def test_every_lesion_is_in_exactly_one():
    generator = np.random.default_rng(3)
    frames = [
        [
            (int(column), int(row), 4)
            for column, row in zip(
                generator.choice(14, count, False) * 11 + 6, generator.integers(6, 110, count), strict=True
            )
        ]
        for count in generator.integers(0, 6, 30)
    ]
    found, places = tracked(frames)
    ids = [id_ for one in found for id_ in one.lesions]
    assert sorted(ids) == list(range(1, sum(map(len, frames)) + 1))
    assert [len(one) for one in places] == sorted((len(one) for one in places), reverse=True)
    assert all(len({frame for frame, _ in one}) == len(one) for one in places)


def test_the_likelihood_is_the_mean_of_log_odds_weighted_by_quality_with_its_spread():
    shares = [0.2, 0.9]
    (found,), _ = tracked([[(80, 60, 10)], [(80, 60, 20)]], shares)

    areas = [np.count_nonzero(disk(80, 60, radius)) for radius in (10, 20)]
    weights = [0.9 * math.sqrt(area / areas[1]) for area in areas]
    odds = np.average([math.log(share / (1 - share)) for share in shares], weights=weights)
    assert found.malignancy.probability == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-9)
    assert found.malignancy.low < found.malignancy.probability < found.malignancy.high
    assert found.spread == pytest.approx((0.27, 0.83))
    assert (found.key_frame, found.key_quality) == (1, pytest.approx(0.9))


def test_it_is_seen_best_where_it_is_whole_though_it_is_larger_where_it_is_cut():
    (found,), _ = tracked([[(80, 60, 20)], [(80, 78, 21)], [(80, 104, 24)]])
    assert found.key_frame == 1


def test_a_cine_without_likelihoods_has_none():
    lesions, maps = cine([(80, 60, 10)], [(80, 60, 10)])
    (found,) = track_lesions(lesions, maps, lambda _: None, region=REGION)
    assert (found.malignancy, found.spread) == (None, None)
