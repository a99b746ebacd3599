"""Captum's grades of a map whose faults are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from BreastUSAILib.engine.explanations.grading.captum_grades import infidelity_of, sensitivity_of

IMAGE = np.random.default_rng(3).normal(size=(16, 16)).astype(np.float32)
WEIGHTS = np.random.default_rng(4).normal(size=(16, 16)).astype(np.float32)


def weighted(images: np.ndarray) -> np.ndarray:
    """A network that is a weighted sum of its input."""
    return (images * WEIGHTS).sum(axis=(1, 2))


def test_the_weights_of_a_linear_network_explain_it_without_fault_at_any_scale() -> None:
    assert infidelity_of(IMAGE, WEIGHTS, weighted) == pytest.approx(0, abs=1e-4)
    assert infidelity_of(IMAGE, 7 * WEIGHTS, weighted) == pytest.approx(0, abs=1e-4)
    assert infidelity_of(IMAGE, WEIGHTS[::-1].copy(), weighted) > 0.1


def test_a_map_that_stays_is_not_sensitive_and_one_that_jumps_is() -> None:
    assert sensitivity_of(IMAGE, lambda image: WEIGHTS) == 0
    assert sensitivity_of(IMAGE, lambda image: np.sin(1000 * image)) > 0.5


def test_the_same_call_gives_the_same_and_leaves_the_random_numbers_of_others_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    first = sensitivity_of(IMAGE, lambda image: image**3)
    assert torch.equal(torch.rand(1), expected)
    assert sensitivity_of(IMAGE, lambda image: image**3) == first
    assert infidelity_of(IMAGE, IMAGE, weighted) == infidelity_of(IMAGE, IMAGE, weighted)
