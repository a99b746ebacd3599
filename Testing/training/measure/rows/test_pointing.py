"""A heat map points where it is hottest."""

from __future__ import annotations

import math

import numpy as np
import pytest

from Training.measure.rows.pointing import hit_and_share

LESION = np.zeros((6, 8), dtype=bool)
LESION[2:4, 3:6] = True


def test_the_highest_point_counts_and_the_share_of_the_sum() -> None:
    heat = np.full(LESION.shape, 0.1, dtype=np.float32)
    heat[2, 4] = 1.0
    assert hit_and_share(heat, LESION) == (True, pytest.approx(1.5 / 5.7))
    heat[0, 0] = 2.0
    hit, share = hit_and_share(heat, LESION)
    assert not hit
    assert share == pytest.approx(1.5 / 7.6)


def test_an_empty_map_points_nowhere_even_at_a_lesion_in_the_corner() -> None:
    hit, share = hit_and_share(np.zeros((4, 4), dtype=np.float32), np.ones((4, 4), dtype=bool))
    assert not hit
    assert math.isnan(share)
