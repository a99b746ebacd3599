"""Where a map's energy lies, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.grading.energy import band_behind, energy_share, points_at

EVERYWHERE = np.ones((4, 5), dtype=bool)


def mask(*places: tuple[int, int]) -> np.ndarray:
    made = np.zeros((4, 5), dtype=bool)
    for place in places:
        made[place] = True
    return made


def test_the_share_counts_positive_values_alone() -> None:
    heat = np.zeros((4, 5), np.float32)
    heat[0, 0], heat[1, 1], heat[2, 2], heat[3, 3] = 3, 1, -7, 4
    share = energy_share(heat, mask((0, 0), (2, 2)), EVERYWHERE)
    assert share is not None
    assert share.energy == pytest.approx(3 / 8)
    assert share.area == pytest.approx(2 / 20)
    assert share.ratio == pytest.approx(3.75)


def test_a_map_that_is_even_everywhere_has_the_ratio_1() -> None:
    share = energy_share(np.full((4, 5), 0.3, np.float32), mask((0, 0), (0, 1), (3, 3)), EVERYWHERE)
    assert share is not None
    assert share.ratio == pytest.approx(1)


def test_what_lies_outside_the_analyzed_region_counts_nothing() -> None:
    heat = np.ones((4, 5), np.float32)
    heat[0] = 100
    region = EVERYWHERE.copy()
    region[0] = False
    share = energy_share(heat, mask((0, 0), (1, 0), (2, 0)), region)
    assert share is not None
    assert share.energy == pytest.approx(2 / 15)
    assert share.area == pytest.approx(2 / 15)


def test_a_map_of_zeros_has_no_share() -> None:
    assert energy_share(np.zeros((4, 5)), mask((0, 0)), EVERYWHERE) is None
    assert energy_share(np.full((4, 5), -1.0), mask((0, 0)), EVERYWHERE) is None


def test_a_part_without_pixels_has_no_ratio() -> None:
    share = energy_share(np.ones((4, 5)), mask(), EVERYWHERE)
    assert share is not None
    assert (share.energy, share.area, share.ratio) == (0, 0, None)


def test_the_highest_point_is_in_the_lesion_or_it_is_not() -> None:
    heat = np.zeros((4, 5))
    heat[1, 2], heat[3, 4] = 2, 1
    assert points_at(heat, mask((1, 2)))
    assert not points_at(heat, mask((3, 4)))


def test_a_map_that_is_even_everywhere_points_at_nothing() -> None:
    assert not points_at(np.ones((4, 5)), mask((0, 0)))
    assert not points_at(np.zeros((4, 5)), mask((0, 0)))


def test_the_band_lies_below_each_lesion_as_deep_as_it_is_high() -> None:
    lesion = np.zeros((12, 8), dtype=bool)
    lesion[1:3, 1] = True  # two rows high in its first column
    lesion[1, 2] = True  # and one in the next
    lesion[5:6, 6] = True
    expected = np.zeros_like(lesion)
    expected[3:5, 1] = True
    expected[2:4, 2] = True
    expected[6, 6] = True
    assert np.array_equal(band_behind(lesion), expected)


def test_the_band_ends_with_the_image_and_is_in_no_lesion() -> None:
    lesion = np.zeros((6, 3), dtype=bool)
    lesion[0:2, 0] = True
    lesion[3:6, 0] = True
    assert np.argwhere(band_behind(lesion)).tolist() == [[2, 0]]


def test_a_mask_of_another_size_is_refused_in_words() -> None:
    with pytest.raises(OptionError, match=r"heat map is 5x4 pixels and the mask 4x4"):
        energy_share(np.ones((4, 5)), np.ones((4, 4), bool), EVERYWHERE)
    with pytest.raises(OptionError, match="4x4"):
        points_at(np.ones((4, 5)), np.ones((4, 4), bool))
