"""Overlaps and distances of masks whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from Training.measure.rows.overlap import dice, hd95, iou


def square(top: int, left: int, side: int) -> np.ndarray:
    mask = np.zeros((40, 50), dtype=bool)
    mask[top : top + side, left : left + side] = True
    return mask


NOTHING = np.zeros((40, 50), dtype=bool)


def test_dice_and_iou_of_half_overlapping_masks() -> None:
    one, two = square(0, 0, 10), square(0, 5, 10)
    assert dice(one, two) == 0.5
    assert iou(one, two) == pytest.approx(1 / 3)
    assert dice(one, one) == iou(one, one) == 1
    assert dice(one, NOTHING) == iou(one, NOTHING) == 0
    assert dice(NOTHING, NOTHING) == iou(NOTHING, NOTHING) == 1


def test_an_outline_moved_by_three_pixels_is_three_pixels_off() -> None:
    assert hd95(square(10, 10, 12), square(10, 13, 12), None) == pytest.approx(3)


def test_millimeters_follow_the_direction_of_the_spacing() -> None:
    spacing = (0.5, 0.1)  # row, column
    assert hd95(square(10, 10, 12), square(10, 13, 12), spacing) == pytest.approx(0.3, abs=1e-6)
    assert hd95(square(10, 10, 12), square(13, 10, 12), spacing) == pytest.approx(1.5, abs=1e-6)


def test_a_mask_at_the_pictures_edge_has_an_outline_there() -> None:
    assert hd95(square(0, 0, 12), square(0, 0, 12), None) == 0
    assert hd95(square(0, 0, 12), square(0, 2, 12), None) == pytest.approx(2)


def test_one_stray_pixel_in_a_hundred_does_not_count() -> None:
    # 95th percentile: an outlier among 5 % of the outline's pixels is passed over.
    stray = square(5, 5, 30)
    stray[0, 0] = True
    assert hd95(stray, square(5, 5, 30), None) == 0


def test_an_outline_that_is_not_there_has_no_distance() -> None:
    assert np.isnan(hd95(NOTHING, square(1, 1, 5), None))
    assert np.isnan(hd95(square(1, 1, 5), NOTHING, None))
