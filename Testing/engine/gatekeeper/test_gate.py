"""A gate's arithmetic, and its file, which nobody vouches for."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from BreastUSAILib.engine.gatekeeper.gate import Observed, Spread, evidence, gate_from, weight_count
from BreastUSAILib.engine.gatekeeper.picture_statistics import STATISTICS

from .gates import CHANNELS, made_up

COUNT = len(STATISTICS)


def observed(seed: int = 4) -> Observed:
    rng = np.random.default_rng(seed)
    features = tuple(rng.normal(size=size).astype(np.float32) for size in CHANNELS)
    return Observed(rng.normal(size=COUNT), features, np.array([1.0, 2.0, 3.0], np.float32))


def test_the_distance_is_that_of_mahalanobis() -> None:
    rng = np.random.default_rng(2)
    axes = np.linalg.qr(rng.normal(size=(5, 5)))[0].T
    variances, rest, mean, point = np.array([9.0, 4.0]), 0.5, rng.normal(size=5), rng.normal(size=5)
    covariance = axes[:2].T @ np.diag(variances) @ axes[:2] + rest * axes[2:].T @ axes[2:]
    right = (point - mean) @ np.linalg.inv(covariance) @ (point - mean) / 5
    assert Spread(mean, axes[:2], variances, rest).distance(point) == pytest.approx(math.log(right))


def test_the_energy_is_that_of_the_logits() -> None:
    gate = made_up("a")
    values = evidence(observed(), gate.center, gate.scale, gate.look, gate.depths)
    assert values[-1] == pytest.approx(math.log(sum(map(math.exp, (1, 2, 3)))))


def test_a_stored_gate_judges_as_it_did() -> None:
    rng = np.random.default_rng(5)
    gate = made_up("a" * 64, weights=rng.normal(size=weight_count(COUNT)), constant=0.3, scale=np.full(COUNT, 2.0))
    again = gate_from(json.loads(json.dumps(gate.to_document())), COUNT)
    mine, yours = gate.judge(observed()), again.judge(observed())
    assert yours.score == pytest.approx(mine.score, abs=1e-3)
    assert yours.distance == pytest.approx(mine.distance, abs=1e-4)
    assert again.classifier == gate.classifier


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "another version": lambda document: document.update(version=2),
    "no weights": lambda document: document.pop("weights"),
    "weights of another count": lambda document: document["weights"].pop(),
    "a weight that is text": lambda document: document["weights"].__setitem__(0, "1"),
    "a weight that is not finite": lambda document: document["weights"].__setitem__(0, math.inf),
    "a scale of 0": lambda document: document["scale"].__setitem__(3, 0),
    "a negative variance": lambda document: document["look"]["variances"].__setitem__(0, -1.0),
    "one depth": lambda document: document["depths"].pop(),
    "an axis of another length": lambda document: document["depths"][0]["axes"][1].pop(),
    "more axes than values": lambda document: document["look"].update(axes=[[0.0]] * 99),
    "no rest": lambda document: document["look"].update(rest=0),
    "too many values": lambda document: document["depths"][0].update(mean=[0.0] * 5000),
    "a spread that is a list": lambda document: document.update(look=[1]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_gate_of_another_form_is_refused(name: str) -> None:
    document = json.loads(json.dumps(made_up("a").to_document()))
    gate_from(document, COUNT)
    WRONG[name](document)
    with pytest.raises(ValueError, match=r"\w+"):
        gate_from(document, COUNT)
