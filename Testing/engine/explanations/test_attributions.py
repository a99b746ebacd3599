"""Every method on networks of a few weights: it points at what the answer rests on, and at nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch

from BreastUSAILib.engine.errors import Cancelled
from BreastUSAILib.engine.explanations.attributions import kernel_shap
from BreastUSAILib.engine.explanations.attributions.baseline import CELLS, blurred
from BreastUSAILib.engine.explanations.attributions.gates import gates_of
from BreastUSAILib.engine.explanations.attributions.gradient_shap import BLURS
from BreastUSAILib.engine.explanations.attributions.scaled import scaled
from BreastUSAILib.engine.explanations.explanation import Explains
from BreastUSAILib.engine.explanations.registry import EXPLAIN_METHODS, METHODS, method_asked_for

from .small_networks import SIDE, blob, middle, subject

OF_CLASS = [method.option for method in METHODS if method.explains is Explains.CLASS]
SIGNED = [method.option for method in METHODS if method.is_signed]
DRAWING = ["smoothgrad", "gradient-shap", "kernel-shap"]


REAL_SAMPLES = kernel_shap.SAMPLES


@pytest.fixture(autouse=True)
def few_coalitions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for the values of 64 parts of these networks, in a third of the time."""
    monkeypatch.setattr(kernel_shap, "SAMPLES", 130)


@lru_cache
def usual(option: str) -> np.ndarray:
    """The map of the usual subject, made once for all tests."""
    return map_of(option)


def map_of(option: str, **changes: object) -> np.ndarray:
    method = method_asked_for(option)
    return scaled(method.explain(subject(**changes)).values, method.is_signed, method.is_grainy)


@pytest.mark.parametrize("option", EXPLAIN_METHODS)
def test_a_map_lies_in_its_range_and_the_same_seed_gives_the_same_one(option: str) -> None:
    usual(option)
    state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = usual(option), map_of(option)
    signed = method_asked_for(option).is_signed
    assert np.array_equal(first, second)
    assert first.dtype == np.float32
    assert first.shape[0] == first.shape[1]
    assert np.abs(first).max() == pytest.approx(1)
    assert first.min() >= (-1 if signed else 0)
    assert torch.equal(state[0], torch.get_rng_state())
    assert np.array_equal(state[1], np.random.get_state()[1])  # noqa: NPY002


@pytest.mark.parametrize("option", DRAWING)
def test_another_seed_draws_otherwise(option: str) -> None:
    assert not np.array_equal(usual(option), map_of(option, seed=1))


@pytest.mark.parametrize("option", OF_CLASS)
def test_the_map_lies_on_the_blob_and_moves_with_it(option: str) -> None:
    for row, column, found in ((10, 20, usual(option)), (21, 9, map_of(option, row=21, column=9))):
        assert middle(found) == pytest.approx(((row + 0.5) / SIDE, (column + 0.5) / SIDE), abs=0.11)


@pytest.mark.parametrize("option", sorted(set(OF_CLASS) - {"saliency", "smoothgrad"}))
def test_another_class_has_another_map(option: str) -> None:
    """How far the score changes with a pixel is the same for two classes that say the opposite: not so what it adds."""
    mine, other = usual(option), map_of(option, target=0)
    assert np.corrcoef(mine.ravel(), other.ravel())[0, 1] < 0.5
    if option in SIGNED:
        rows, columns = (slice(int(edge * len(mine)), int((edge + 0.2) * len(mine)) + 1) for edge in (0.25, 0.55))
        assert mine[rows, columns].sum() > 0 > other[rows, columns].sum()


@pytest.mark.parametrize("option", EXPLAIN_METHODS)
def test_it_counts_the_passes_that_it_states(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_shap, "SAMPLES", REAL_SAMPLES)
    passes: list[int] = []
    method_asked_for(option).explain(replace(subject(), tick=passes.append))
    assert sum(passes) == pytest.approx(method_asked_for(option).passes, rel=0.1, abs=1)


@pytest.mark.parametrize("option", EXPLAIN_METHODS)
def test_it_can_be_cancelled_between_two_passes(option: str) -> None:
    passes: list[int] = []

    def tick(count: int) -> None:
        passes.append(count)
        raise Cancelled

    with pytest.raises(Cancelled):
        method_asked_for(option).explain(replace(subject(), tick=tick))
    assert len(passes) == 1
    assert passes[0] <= subject().at_once


def logit(one, image: torch.Tensor) -> float:
    return float(one.classifier(image)[0, one.target])


def test_integrated_gradients_and_kernel_shap_add_up_to_what_the_image_has_over_the_blurred_one() -> None:
    one = subject()
    difference = logit(one, one.image) - logit(one, blurred(one))
    assert abs(difference) > 0.1
    for option, error in (("integrated-gradients", 0.01), ("kernel-shap", 0.01)):
        assert method_asked_for(option).explain(one).values.sum() == pytest.approx(difference, rel=error)


def test_gradient_shap_adds_up_to_what_the_image_has_over_the_mean_of_its_baselines() -> None:
    one = subject()
    expected = logit(one, one.image) - np.mean([logit(one, blurred(one, cells)) for cells in BLURS])
    assert method_asked_for("gradient-shap").explain(one).values.sum() == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("option", OF_CLASS)
def test_weights_that_mean_nothing_give_another_map(option: str) -> None:
    """The first of the checks of Adebayo et al. 2018 (arXiv:1810.03292), on one layer after the other."""
    trained = usual(option)
    one = subject()
    torch.manual_seed(5)
    method = method_asked_for(option)
    for layer in (one.classifier.classify, one.classifier.responses):
        layer.weight.normal_()
        found = scaled(method.explain(one).values, method.is_signed, method.is_grainy)
        assert not np.allclose(found, trained, atol=0.02)
    assert np.corrcoef(found.ravel(), trained.ravel())[0, 1] < 0.9


def test_the_baseline_keeps_the_brightness_and_what_lies_outside_the_region() -> None:
    one = replace(subject(), content=(slice(4, 28), slice(0, SIDE)), image=blob(10, 20, 1.0))
    baseline = blurred(one)
    inside = one.image[..., 4:28, :]
    assert torch.equal(baseline[..., :4, :], one.image[..., :4, :])
    assert float(baseline[..., 4:28, :].mean()) == pytest.approx(float(inside.mean()), abs=0.02)
    assert float(baseline.std()) < 0.7 * float(one.image.std())
    assert CELLS < SIDE


def test_other_channels_are_seen_and_never_changed() -> None:
    one = subject()
    seen: list[torch.Tensor] = []
    one.classifier.register_forward_hook(lambda _net, given, _out: seen.append(given[0][:, 1:].clone()))
    mask = torch.rand(1, 1, SIDE, SIDE)
    for option in OF_CLASS:
        method_asked_for(option).explain(replace(one, others=mask))
    assert all(torch.equal(channel, mask.expand(len(channel), -1, -1, -1)) for channel in seen)


def test_the_gates_come_in_the_images_order_and_their_map_is_their_mean() -> None:
    one = subject()
    gates = gates_of(one.segmenter, one.outlined_image)
    sides = [gate.shares.shape[0] for gate in gates]
    assert sides == sorted(sides)
    assert len(gates) == 2
    found = method_asked_for("attention-gates").explain(one)
    assert found.values.shape == gates[-1].shares.shape
    assert found.layer == ", ".join(gate.name for gate in gates)
    assert f"{method_asked_for('outline-grad-cam').explain(one).layer}.attention" == gates[-1].name


def test_the_map_of_an_outline_is_that_of_the_outline() -> None:
    maps = {
        side: map_of("outline-grad-cam", outlined_image=blob(10, 16), outline=half(side)) for side in ("left", "right")
    }
    for side, other in (("left", "right"), ("right", "left")):
        inside, outside = half(side), half(other)
        assert maps[side][inside].sum() > 2 * maps[side][outside].sum()


def half(side: str) -> np.ndarray:
    outline = np.zeros((SIDE, SIDE), dtype=bool)
    outline[:, : SIDE // 2] = side == "left"
    outline[:, SIDE // 2 :] = side == "right"
    return outline


def test_what_is_nothing_or_no_number_stays_a_map_of_nothing() -> None:
    for values in (np.zeros((8, 8), np.float32), np.full((8, 8), np.nan, np.float32), -np.ones((8, 8), np.float32)):
        assert not scaled(values, signed=False, is_grainy=False).any()
    assert scaled(-np.ones((8, 8), np.float32), signed=True, is_grainy=False).min() == -1
