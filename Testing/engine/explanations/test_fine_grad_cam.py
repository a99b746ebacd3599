"""Grad-CAM sharpened by a finer stage: the product of two textbook maps, in one pass."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum.attr import LayerGradCam, LayerGradientXActivation
from scipy import ndimage
from torch import nn

from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.explanations.fine_grad_cam import FineGradCam, fine_and_coarse
from BreastUSAILib.engine.explanations.recorded_pass import peaked

IMAGES = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(5))
LAYERS = "_blocks.4 * _blocks.6"


def test_it_is_the_product_of_captums_two_maps(untrained: Models) -> None:
    network = untrained.classifier.network
    images = IMAGES.clone().requires_grad_()
    coarse = LayerGradCam(network, network._blocks[6]).attribute(images, target=2, relu_attributions=True).detach()
    fine = LayerGradientXActivation(network, network._blocks[4])
    forward = network._blocks[4].register_forward_hook(lambda module, given, output: kept.append(output))
    kept: list[torch.Tensor] = []
    product = fine.attribute(images, target=2).detach()
    forward.remove()
    positive_gradient = product * kept[-1].detach().sign() > 0
    layer_cam = torch.where(positive_gradient, product, torch.zeros_like(product)).relu().sum(dim=1).numpy()
    enlarged = F.interpolate(coarse, layer_cam.shape[1:], mode="bilinear", align_corners=False)[:, 0].numpy()
    expected = peaked(enlarged * ndimage.gaussian_filter(peaked(layer_cam), (0, 1, 1)))
    logits, maps = FineGradCam(network, LAYERS)(IMAGES, 2)
    assert maps.shape == (2, 4, 4)
    assert np.allclose(maps, expected, atol=1e-4)
    assert np.allclose(logits, network(IMAGES).numpy(), atol=1e-4)


def test_it_costs_no_pass_of_its_own(untrained: Models) -> None:
    network, calls = untrained.classifier.network, []
    hooks = [block.register_forward_hook(lambda *args: calls.append(1)) for block in network._blocks]
    FineGradCam(network, LAYERS)(IMAGES, 2)
    for hook in hooks:
        hook.remove()
    assert len(calls) == len(network._blocks)


def test_the_stages_are_the_last_and_the_last_that_is_finer(untrained: Models) -> None:
    assert fine_and_coarse(untrained.classifier.network) == LAYERS
    assert fine_and_coarse(nn.Linear(2, 2)) == ""


@pytest.mark.parametrize("layer", ["_blocks.6", "_blocks.6 * _blocks.4", "_blocks.4 * _blocks.9", "*", ""])
def test_other_names_are_refused(untrained: Models, layer: str) -> None:
    with pytest.raises(ModelError, match="cannot be explained"):
        FineGradCam(untrained.classifier.network, layer)


def test_without_evidence_the_map_is_zero(untrained: Models) -> None:
    explainer = FineGradCam(untrained.classifier.network, LAYERS)
    features = torch.zeros(1, 112, 4, 4)
    _, maps, coarse = explainer.of_features(features, 2)
    assert coarse.shape[1] == 320
    assert not maps.any()
