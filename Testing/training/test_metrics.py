"""The figures against textbook values."""

from __future__ import annotations

import numpy as np
import pytest

from Training import metrics

GENERATOR = np.random.default_rng(0)


def test_auc_of_known_orders() -> None:
    assert metrics.auc([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]) == 1
    assert metrics.auc([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]) == 0
    assert metrics.auc([0.5, 0.5, 0.5, 0.5], [0, 0, 1, 1]) == 0.5
    assert metrics.auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) == 0.75
    assert np.isnan(metrics.auc([0.1, 0.2], [1, 1]))


def test_shuffled_labels_give_chance() -> None:
    scores = GENERATOR.random(4000)
    assert metrics.auc(scores, GENERATOR.random(4000) < 0.5) == pytest.approx(0.5, abs=0.03)


def test_dice_of_known_masks() -> None:
    one, two = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    one[:2], two[1:3] = True, True
    assert metrics.dice(one, two) == 0.5
    assert metrics.dice(one, one) == 1
    assert metrics.dice(one & two, ~one & ~two) == 0
    assert metrics.dice(one & ~one, one & ~one) == 1


def test_operating_points_keep_their_promise() -> None:
    truth = GENERATOR.random(2000) < 0.4
    scores = np.where(truth, GENERATOR.normal(1, 1, 2000), GENERATOR.normal(0, 1, 2000))
    assert metrics.sensitivity_at_specificity(scores, truth, 0.9) == pytest.approx(0.39, abs=0.06)
    assert metrics.specificity_at_sensitivity(scores, truth, 0.95) == pytest.approx(0.26, abs=0.06)


def test_a_calibrated_forecast_has_no_error_and_an_overconfident_one_has() -> None:
    probability = GENERATOR.random(5000)
    truth = GENERATOR.random(5000) < probability
    assert metrics.expected_calibration_error(probability, truth) < 0.03
    assert metrics.expected_calibration_error(np.round(probability), truth) > 0.2


def test_temperature_undoes_overconfidence() -> None:
    logits = GENERATOR.normal(0, 1.5, (4000, 3))
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([GENERATOR.choice(3, p=row) for row in odds])
    assert metrics.fit_temperature(3 * logits, labels) == pytest.approx(3, rel=0.1)


def test_intervals_widen_when_patients_repeat() -> None:
    values = GENERATOR.random(50).repeat(10)
    loose = metrics.interval(lambda i: float(values[i].mean()), np.arange(500), seed=1, rounds=300)
    grouped = metrics.interval(lambda i: float(values[i].mean()), np.arange(50).repeat(10), seed=1, rounds=300)
    assert grouped[1] - grouped[0] > 2 * (loose[1] - loose[0])


def test_a_larger_calibration_set_is_trusted_more() -> None:
    probability = GENERATOR.random(2000)
    truth = GENERATOR.random(2000) < probability
    small = metrics.recalibration_covariance(probability[:100], truth[:100], np.arange(100), seed=1, rounds=100)
    large = metrics.recalibration_covariance(probability, truth, np.arange(2000), seed=1, rounds=100)
    assert large[0, 0] < small[0, 0]
    assert large[1, 1] < small[1, 1]
