"""A sharp border leaves no doubt of a length, a gradual one leaves as much as it is wide."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.engine.lesions.length_errors import BAND, with_errors
from BreastUSAILib.engine.lesions.measure import label_lesions, measure_lesions


def errors_of(probability, spacing=None):
    labels = label_lesions(probability, min_area_px=10)
    lesions = measure_lesions(labels, probability, frame=0, first_id=1, region_top=0, pixel_spacing_mm=spacing)
    return [one.errors for one in with_errors(lesions, labels, probability, 0.5, 0, spacing)]


def test_a_sharp_border_leaves_no_error() -> None:
    probability = np.zeros((60, 80), np.float32)
    probability[20:40, 20:60] = 1.0
    (errors,) = errors_of(probability, (0.1, 0.1))
    assert (errors.long_axis_px, errors.short_axis_px, errors.depth_px) == (0, 0, 0)
    assert errors.long_axis_mm == 0


@pytest.mark.parametrize("spacing", [None, (0.2, 0.1)])
def test_a_gradual_border_leaves_its_width(spacing) -> None:
    """Log-odds that fall by 1 a row above a box: two rows more at the lower threshold, two fewer at the higher."""
    rows = np.arange(60)
    odds = np.where(rows < 40, rows - 19.5, -9.0)[:, None] + np.zeros((60, 80))
    odds[:, :20] = odds[:, 60:] = -9.0
    (errors,) = errors_of((1 / (1 + np.exp(-odds))).astype(np.float32), spacing)
    assert errors.depth_px == BAND
    assert errors.depth_mm == (None if spacing is None else pytest.approx(BAND * 0.2))
    assert errors.long_axis_px < 1 + BAND


def test_a_neighbor_does_not_flow_into_a_wider_outline() -> None:
    probability = np.full((60, 80), 0.3, np.float32)
    probability[20:40, 10:30] = probability[20:40, 34:54] = 0.9
    probability[:15] = probability[45:] = 0.0
    apart = errors_of(probability)
    assert len(apart) == 2
    assert all(one.long_axis_px < 10 for one in apart)


def test_an_outline_that_vanishes_at_the_higher_threshold_has_an_error_all_the_same() -> None:
    probability = np.zeros((60, 80), np.float32)
    probability[20:40, 20:60] = 0.6
    (errors,) = errors_of(probability)
    assert errors.long_axis_px == 0
