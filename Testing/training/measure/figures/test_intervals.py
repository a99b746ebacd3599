"""Intervals are by patient, and what was measured in several runs says how much they differ."""

from __future__ import annotations

import numpy as np
import pytest

from Training.measure.figures import intervals
from Training.measure.figures.intervals import Indices, Sample


def mean_of(values: np.ndarray):
    def statistic(indices: Indices) -> float:
        return float(values[indices].mean())

    return statistic


def sample(groups: list[str], runs: list[str] | None = None) -> Sample:
    return Sample(groups, runs or ["one"] * len(groups))


def test_intervals_widen_when_patients_repeat() -> None:
    values = np.random.default_rng(0).random(50).repeat(10)
    loose = sample([str(number) for number in range(500)]).measured(mean_of(values))
    grouped = sample([str(number // 10) for number in range(500)]).measured(mean_of(values))
    assert loose["value"] == grouped["value"] == pytest.approx(values.mean())
    loose_low, loose_high = loose["interval_95"]
    low, high = grouped["interval_95"]
    assert high - low > 2 * (loose_high - loose_low)


def test_a_patient_is_drawn_whole() -> None:
    groups = ["a", "b", "a", "c", "b", "a"]
    seen: list[list[int]] = []

    def statistic(indices: Indices) -> float:
        seen.append(sorted(indices.tolist()))
        return 0.0

    sample(groups).interval(statistic)
    members = {name: [index for index, group in enumerate(groups) if group == name] for name in "abc"}
    for drawn in seen:
        for name in "abc":
            times = [drawn.count(index) for index in members[name]]
            assert len(set(times)) == 1


def test_an_interval_covers_the_truth_about_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 200)
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(25):
        values = generator.normal(0, 1, 40)
        low, high = sample([str(number) for number in range(40)]).measured(mean_of(values))["interval_95"]
        covered += low <= 0 <= high
    assert covered >= 21  # 24 expected; the percentile interval of 40 values is a little short


def test_what_is_not_defined_is_none_and_never_a_number() -> None:
    nothing = {"value": None, "interval_95": None, "n": 0}
    assert sample([]).measured(lambda indices: 1.0) == nothing
    assert sample(["a", "b"]).measured(lambda indices: float("nan"))["value"] is None
    assert sample(["a", "a"]).measured(lambda indices: 1.0)["interval_95"] is None  # one patient shows no spread


def test_runs_are_told_apart() -> None:
    values = np.array([0.8, 0.8, 0.9, 0.9])
    measured = sample(["a", "b", "a", "b"], ["fold 1", "fold 1", "fold 2", "fold 2"]).measured(mean_of(values))
    assert measured["value"] == pytest.approx(0.85)
    assert measured["runs"]["mean"] == pytest.approx(0.85)
    assert measured["runs"]["sd"] == pytest.approx(np.std([0.8, 0.9], ddof=1))
    assert measured["runs"]["n"] == 2
