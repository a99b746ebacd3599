"""Calibration undoes what was done to the probabilities, and its choices keep the rules that they state."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.bundles.bundle import load_classifier, verify_bundle
from BreastUSAILib.engine.errors import InputError
from Training.__main__ import main
from Training.bundles.writer import read_metadata
from Training.calibration import scaling
from Training.calibration.calibrate import (
    FALLBACK_COVERAGE,
    GAIN,
    LEAST_COVERAGE,
    choose_least_confidence,
    fit_calibration,
    operating_points,
)
from Training.calibration.scaling import choose_scaling, fit_bias_corrected, fit_temperature, recalibration_covariance
from Training.measure.figures.metrics import expected_calibration_error, risk_coverage

from ..measure.samples import made_up_rows, write_classifier, write_data, write_segmenter

GENERATOR = np.random.default_rng(5)


def drawn(count: int, spread: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels that were drawn from their softmax: perfectly calibrated."""
    logits = GENERATOR.normal(0, spread, (count, 3))
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return logits, (GENERATOR.random((count, 1)) > odds.cumsum(axis=1)).sum(axis=1)


def test_temperature_undoes_overconfidence() -> None:
    logits, labels = drawn(3000)
    assert fit_temperature(3 * logits, labels).temperature == pytest.approx(3, rel=0.1)


def test_biases_undo_shifted_class_shares() -> None:
    logits, labels = drawn(3000)
    found = fit_bias_corrected(2 * logits + np.array([1.0, 0.0, -1.5]), labels)
    assert found.temperature == pytest.approx(2, rel=0.12)
    assert found.bias == pytest.approx((-0.5, 0.0, 0.75), abs=0.15)


def test_biases_are_taken_only_where_they_are_clearly_better() -> None:
    logits, labels = drawn(300)
    groups = [str(number // 2) for number in range(300)]
    assert choose_scaling(1.5 * logits, labels, groups).name == "temperature"
    shifted = choose_scaling(1.5 * logits + np.array([2.0, 0.0, -2.0]), labels, groups)
    assert shifted.name == "bias-corrected temperature"
    assert shifted.held_out_loss[shifted.name] < shifted.held_out_loss["temperature"]


def test_a_class_that_was_hardly_seen_gets_no_bias() -> None:
    logits, labels = drawn(300)
    keep = np.flatnonzero((labels != 0) | (np.cumsum(labels == 0) <= 5))
    shifted = logits[keep] + np.array([2.0, 0.0, -2.0])
    choice = choose_scaling(shifted, labels[keep], [str(number) for number in keep])
    assert choice.name == "temperature"
    assert choice.scaling.bias == (0.0, 0.0, 0.0)


def test_held_out_losses_never_see_their_own_group(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, labels = drawn(60)
    groups = [str(number // 3) for number in range(60)]
    fitted: list[set[bytes]] = []

    def spy(some: np.ndarray, theirs: np.ndarray) -> scaling.Scaling:
        fitted.append({row.tobytes() for row in some})
        return scaling.Scaling(1.0)

    monkeypatch.setattr(scaling, "FITS", {"temperature": spy, "other": spy})
    choose_scaling(logits, labels, groups)
    for seen in fitted[:-1]:  # the last fit is the final one, on everything
        out = {groups[number] for number in range(60) if logits[number].tobytes() not in seen}
        kept = {groups[number] for number in range(60) if logits[number].tobytes() in seen}
        assert out
        assert not out & kept


def test_a_larger_calibration_set_is_trusted_more() -> None:
    probability = GENERATOR.random(1500)
    truth = GENERATOR.random(1500) < probability
    groups = [str(number) for number in range(1500)]
    small = recalibration_covariance(probability[:100], truth[:100], groups[:100], rounds=60)
    large = recalibration_covariance(probability, truth, groups, rounds=60)
    assert large[0, 0] < small[0, 0]
    assert large[1, 1] < small[1, 1]


def test_operating_points_keep_their_promise_on_the_calibration_part() -> None:
    truth = GENERATOR.random(200) < 0.4
    scores = np.clip(GENERATOR.normal(truth * 0.3 + 0.3, 0.2), 0, 1)
    points = operating_points(scores, truth)
    assert points["sensitivity_95"]["sensitivity"] >= 0.95
    assert points["specificity_90"]["specificity"] >= 0.90
    for point in points.values():
        assert point["sensitivity"] == np.mean(scores[truth] >= point["threshold"])
        assert point["specificity"] == np.mean(scores[~truth] < point["threshold"])


def test_the_undetermined_band_is_the_narrowest_that_gains_three_points() -> None:
    confidence = GENERATOR.random(400) * 0.6 + 0.4
    right = GENERATOR.random(400) < confidence
    least = choose_least_confidence(confidence, right)
    decided = confidence >= least
    assert decided.mean() >= LEAST_COVERAGE - 0.005
    assert right[decided].mean() >= right.mean() + GAIN - 1e-9
    coverage, risk = risk_coverage(confidence, right)
    wider = coverage > decided.mean() + 0.005
    assert (1 - risk[wider] < right.mean() + GAIN).all()


def test_where_confidence_tells_nothing_a_tenth_stays_undetermined() -> None:
    confidence = np.linspace(0.4, 1, 200)
    right = np.arange(200) % 2 == 0
    least = choose_least_confidence(confidence, right)
    assert (confidence >= least).mean() == pytest.approx(FALLBACK_COVERAGE)


def test_a_classifier_that_says_the_same_of_all_images_decides_them_all() -> None:
    confidence = 0.35336 + 1e-7 * np.arange(40)
    least = choose_least_confidence(confidence, np.arange(40) % 3 == 0)
    assert least == 0.3533
    assert (confidence >= least).all()


def test_an_overconfident_classifier_is_calibrated_on_its_own_rows() -> None:
    rows = [
        replace(row, normal=odds[0], benign=odds[1], malignant=odds[2])
        for row in made_up_rows(600, skill=1.0)
        if row.classified
        for odds in [np.array([row.normal, row.benign, row.malignant]) ** 3]
    ]
    total = [row.normal + row.benign + row.malignant for row in rows]
    rows = [
        replace(row, normal=row.normal / s, benign=row.benign / s, malignant=row.malignant / s)
        for row, s in zip(rows, total, strict=True)
    ]
    found = fit_calibration(rows)
    logits = np.log([[row.normal, row.benign, row.malignant] for row in rows])
    truth = np.array([row.label == "malignant" for row in rows])
    before = expected_calibration_error([row.malignant for row in rows], truth)
    after = expected_calibration_error(found.calibration.probabilities(logits)[:, 2], truth)
    assert after < 0.5 * before
    assert found.calibration.prevalence == pytest.approx(0.5, abs=0.02)
    assert found.calibration.slope_variance > 0
    assert found.report["classes"]["malignant"] == sum(truth)


def test_one_class_of_lesions_cannot_be_calibrated_on() -> None:
    rows = [row for row in made_up_rows(60) if row.label != "malignant"]
    with pytest.raises(InputError, match="no malignant lesion"):
        fit_calibration(rows)


def test_the_command_writes_it_into_the_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = write_data(tmp_path, cases=36)
    path, partner = write_classifier(tmp_path / "b"), write_segmenter(tmp_path / "b")
    before = read_metadata(path)
    assert main(["calibrate", str(path), str(partner), "--data", str(table)]) == 0
    verify_bundle(path)
    after = read_metadata(path)
    assert after["calibration_report"]["images"] == 24
    assert set(after["breastusai"]["operating_points"]) == {"sensitivity_95", "specificity_90"}
    calibration = load_classifier(path).calibration
    assert calibration.temperature == after["breastusai"]["calibration"]["temperature"] != 1.5
    assert calibration.prevalence == 0.5
    assert (before["version"], after["version"]) == ("0.0.1", "0.0.2")
    unchanged = set(before) - {"breastusai", "version"}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    printed = capsys.readouterr().out
    for words in ("held-out loss", "gap 0.5", "gap none", "explained as before"):
        assert words in printed
    json.dumps(after, allow_nan=False)


def test_a_segmenter_alone_cannot_be_calibrated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", str(write_segmenter(tmp_path)), "--data", str(tmp_path)]) == 1
    assert "no classifier to calibrate" in capsys.readouterr().err
