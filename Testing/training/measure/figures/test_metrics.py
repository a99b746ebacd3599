"""The figures against textbook values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from Training.measure.figures import metrics

GENERATOR = np.random.default_rng(0)


def test_auc_of_known_orders() -> None:
    assert metrics.auc([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]) == 1
    assert metrics.auc([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]) == 0
    assert metrics.auc([0.5, 0.5, 0.5, 0.5], [0, 0, 1, 1]) == 0.5
    assert metrics.auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) == 0.75
    assert np.isnan(metrics.auc([0.1, 0.2], [1, 1]))


def test_auc_is_the_area_under_the_curve_that_is_drawn() -> None:
    truth = GENERATOR.random(300) < 0.4
    scores = np.round(GENERATOR.normal(truth, 1), 1)  # with ties
    alarms, hits = metrics.roc(scores, truth)
    area = (np.diff(alarms) * (hits[1:] + hits[:-1]) / 2).sum()
    assert area == pytest.approx(metrics.auc(scores, truth))


def test_macro_auc_is_the_mean_over_the_classes_and_needs_all_of_them() -> None:
    probabilities = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.5, 0.4], [0.3, 0.5, 0.2]])
    labels = np.array([0, 1, 2, 0])
    assert metrics.macro_auc(probabilities, labels) == 1  # each class's probability is highest on its own images
    assert metrics.macro_auc(probabilities[:, [1, 0, 2]], labels) == pytest.approx((1 / 8 + 1 / 3 + 1) / 3)
    assert np.isnan(metrics.macro_auc(probabilities[:2], labels[:2]))


def test_accuracy_agrees_with_the_confusion_matrix() -> None:
    labels, chosen = GENERATOR.integers(3, size=200), GENERATOR.integers(3, size=200)
    matrix = metrics.confusion(labels, chosen, 3)
    assert matrix.sum() == 200
    assert matrix[1, 2] == ((labels == 1) & (chosen == 2)).sum()
    assert metrics.accuracy(matrix) == pytest.approx((labels == chosen).mean())


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=60), st.floats(0.05, 1))
def test_thresholds_keep_their_promise_and_no_better_one_does(cases: list[tuple[int, bool]], share: float) -> None:
    scores, truth = np.array([score for score, _ in cases]) / 20, np.array([positive for _, positive in cases])
    candidates = np.append(np.unique(scores), 2.0)
    if truth.any():
        threshold = metrics.threshold_for_sensitivity(scores, truth, share)
        assert metrics.sensitivity(scores >= threshold, truth) >= share - 1e-9
        best = max(
            metrics.specificity(scores >= one, truth)
            for one in candidates
            if metrics.sensitivity(scores >= one, truth) >= share - 1e-9
        )
        assert metrics.specificity(scores >= threshold, truth) == pytest.approx(best, nan_ok=True)
    if not truth.all():
        threshold = metrics.threshold_for_specificity(scores, truth, share)
        assert metrics.specificity(scores >= threshold, truth) >= share - 1e-9


def test_operating_points_of_two_known_distributions() -> None:
    truth = GENERATOR.random(2000) < 0.4
    scores = np.where(truth, GENERATOR.normal(1, 1, 2000), GENERATOR.normal(0, 1, 2000))
    assert metrics.sensitivity_at_specificity(scores, truth, 0.9) == pytest.approx(0.39, abs=0.06)
    assert metrics.specificity_at_sensitivity(scores, truth, 0.95) == pytest.approx(0.26, abs=0.06)


def test_without_one_of_the_classes_there_is_no_operating_point() -> None:
    assert np.isnan(metrics.sensitivity_at_specificity([0.1, 0.2], [1, 1], 0.9))
    assert np.isnan(metrics.specificity_at_sensitivity([0.1, 0.2], [0, 0], 0.95))


def test_a_calibrated_forecast_has_no_error_and_an_overconfident_one_has() -> None:
    probability = GENERATOR.random(5000)
    truth = GENERATOR.random(5000) < probability
    assert metrics.expected_calibration_error(probability, truth) < 0.03
    assert metrics.expected_calibration_error(np.round(probability), truth) > 0.2


def test_the_reliability_table_counts_every_image_once() -> None:
    table = metrics.reliability(GENERATOR.random(47), GENERATOR.random(47) < 0.5)
    assert sum(images for _, _, images in table) == 47
    assert [mean for mean, _, _ in table] == sorted(mean for mean, _, _ in table)


def test_a_selector_that_knows_its_errors_has_the_least_risk() -> None:
    right = np.array([True] * 8 + [False] * 2)
    coverage, risk = metrics.risk_coverage(np.linspace(1, 0.1, 10), right)
    assert risk[7] == 0
    assert risk[-1] == pytest.approx(0.2)
    assert coverage[-1] == 1
    best = metrics.risk_coverage_area(np.linspace(1, 0.1, 10), right)
    worst = metrics.risk_coverage_area(np.linspace(0.1, 1, 10), right)
    blind = metrics.risk_coverage_area(np.full(10, 0.5), right)
    assert best < blind < worst
    assert blind == pytest.approx(0.2)


def test_the_brier_score_of_certainty_and_of_ignorance() -> None:
    labels = np.array([0, 1, 2])
    assert metrics.multiclass_brier(np.eye(3), labels) == 0
    assert metrics.multiclass_brier(np.full((3, 3), 1 / 3), labels) == pytest.approx(2 / 3)
    assert metrics.multiclass_brier(np.eye(3)[[1, 2, 0]], labels) == 2
