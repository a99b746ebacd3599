"""Rank correlation, deletion, insertion and stability, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.engine.explanations.grading import deletion
from BreastUSAILib.engine.explanations.grading.deletion import deletion_and_insertion, random_areas
from BreastUSAILib.engine.explanations.grading.ranks import rank_correlation
from BreastUSAILib.engine.explanations.grading.stability import flip_stability, shift_stability

SIDE = 16


def test_rank_correlation_is_that_of_the_order_and_not_of_the_scale() -> None:
    one = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert rank_correlation(one, one**3) == pytest.approx(1)
    assert rank_correlation(one, -one) == pytest.approx(-1)
    assert rank_correlation(one, np.array([[1.0, 2.0], [4.0, 3.0]])) == pytest.approx(0.8)  # 1 - 6 * 2 / (4 * 15)


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    found = rank_correlation(np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 1.0, 2.0]]))
    assert found == pytest.approx(np.sqrt(3) / 2)  # ranks 0.5 0.5 2 and 0 1 2


def test_a_map_that_is_even_everywhere_has_no_order() -> None:
    assert rank_correlation(np.ones((2, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])) is None


def test_the_areas_are_those_of_the_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network reads one pixel, the map knows which: gone after the first step, back after the first."""
    monkeypatch.setattr(deletion, "blurred", np.zeros_like)
    image, heat = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
    image[3, 4], heat[3, 4] = 1, 1

    def predict(images: np.ndarray) -> np.ndarray:
        return images[:, 3, 4]

    right = deletion_and_insertion(heat, image, predict, steps=4)
    assert (right.deletion, right.insertion) == pytest.approx((0.125, 0.875))  # 1 0 0 0 0 and 0 1 1 1 1
    wrong = deletion_and_insertion(-heat, image, predict, steps=4)
    assert (wrong.deletion, wrong.insertion) == pytest.approx((0.875, 0.125))


def test_an_order_that_knows_nothing_lies_between_and_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "blurred", np.zeros_like)
    image = np.ones((SIDE, SIDE), np.float32)

    def predict(images: np.ndarray) -> np.ndarray:
        return images.mean(axis=(1, 2))

    found = random_areas(image, image, predict)
    assert found.deletion == pytest.approx(0.5)
    assert found.insertion == pytest.approx(0.5)
    assert random_areas(image, image, predict) == found


def test_a_map_that_follows_the_image_is_stable_and_one_that_stays_is_not() -> None:
    image = np.random.default_rng(1).random((40, 40)).astype(np.float32)
    fixed = np.arange(1600, dtype=np.float64).reshape(40, 40)
    assert flip_stability(image, lambda one: one * 2) == pytest.approx(1)
    assert shift_stability(image, lambda one: one * 2) == pytest.approx(1)
    mirrored = flip_stability(image, lambda one: fixed % 40)
    assert mirrored == pytest.approx(-1)
    columns = np.tile(np.random.default_rng(2).permutation(40), (40, 1))
    found = shift_stability(image, lambda one: columns)
    assert found is not None
    assert found < 0.5


def test_a_map_of_zeros_has_no_stability() -> None:
    image = np.random.default_rng(1).random((40, 40)).astype(np.float32)
    assert flip_stability(image, np.zeros_like) is None
    assert shift_stability(image, np.zeros_like) is None
