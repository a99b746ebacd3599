"""Grad-CAM: one shared pass, the textbook value, in [0, 1]."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam

from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.explanations.grad_cam import GradCam, stages
from BreastUSAILib.engine.findings.analysis import Label

IMAGES = torch.rand(3, 1, 64, 64, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("layer", ["_blocks.2", "_blocks.4", "_blocks.6"])
def test_it_is_captums_map_of_the_whole_network(untrained: Models, layer: str) -> None:
    network = untrained.classifier.network
    whole = LayerGradCam(network, network.get_submodule(layer))
    expected = whole.attribute(IMAGES.clone().requires_grad_(), target=2, relu_attributions=True)[:, 0].detach().numpy()
    expected /= np.maximum(expected.max(axis=(1, 2), keepdims=True), 1e-30)
    logits, maps = GradCam(network, layer)(IMAGES, 2)
    assert np.allclose(maps, expected, atol=1e-4)
    assert np.allclose(logits, network(IMAGES).numpy(), atol=1e-4)


def test_values_lie_between_0_and_1_and_repeat_exactly(untrained: Models) -> None:
    first = untrained.classifier.explainer(IMAGES, 1)[1]
    second = untrained.classifier.explainer(IMAGES, 1)[1]
    assert np.array_equal(first, second)
    assert first.min() >= 0
    assert first.max() <= 1


def test_the_heat_map_costs_no_pass_of_its_own(untrained: Models) -> None:
    calls: list[int] = []
    hook = untrained.classifier.network._fc.register_forward_hook(lambda *args: calls.append(1))
    untrained.classifier.logits(IMAGES, Label.MALIGNANT)
    explained = len(calls)
    untrained.classifier.logits(IMAGES)
    hook.remove()
    assert len(calls) == 2 * explained


def test_an_unknown_layer_is_named(untrained: Models) -> None:
    with pytest.raises(ModelError, match=r"_blocks\.99"):
        GradCam(untrained.classifier.network, "_blocks.99")
    assert stages(untrained.classifier.network) == [f"_blocks.{i}" for i in range(7)]


def test_only_an_efficientnet_can_be_cut(untrained: Models) -> None:
    with pytest.raises(ModelError, match="cannot be explained"):
        GradCam(untrained.segmenter.network, "_blocks.6")


def test_an_image_and_its_mirror_image_are_read_alike(untrained: Models) -> None:
    values, _ = untrained.classifier.logits(IMAGES, Label.MALIGNANT)
    mirrored_values, _ = untrained.classifier.logits(IMAGES.flip(-1), Label.MALIGNANT)
    assert np.allclose(values, mirrored_values, atol=1e-4)
    assert np.allclose(values, untrained.classifier.logits(IMAGES)[0], atol=1e-4)
