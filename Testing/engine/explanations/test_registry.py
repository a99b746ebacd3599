"""Explanations of networks other than EfficientNet: the textbook value, from the classification's own pass."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam as CaptumLayerGradCam
from monai.networks.nets import DenseNet121
from torch import Tensor, nn

from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.explanations.explanation import Explainer
from BreastUSAILib.engine.explanations.grad_cam import GradCam
from BreastUSAILib.engine.explanations.layer_grad_cam import LayerGradCam
from BreastUSAILib.engine.explanations.registry import (
    METHODS,
    ExplanationMethod,
    explainer_for,
    explanation_of,
    method_named,
)
from BreastUSAILib.engine.explanations.saliency import InputSaliency
from BreastUSAILib.engine.networks.row_lstm import RowLSTM
from BreastUSAILib.engine.networks.vision_transformer import VisionTransformer

IMAGES = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(5))


class Convolutions(nn.Module):
    """Two convolutions, of which the second's feature map is overwritten in place, as many networks do."""

    explained = "second"

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first, self.second = nn.Conv2d(channels, 4, 3, stride=2), nn.Conv2d(4, 6, 3)
        self.overwrite = nn.ReLU(inplace=True)
        self.classify = nn.Linear(6, 3)

    def forward(self, images: Tensor) -> Tensor:
        features = self.overwrite(self.second(torch.tanh(self.first(images))))
        return self.classify(features.mean(dim=(2, 3)))


def frozen(network: nn.Module) -> nn.Module:
    """As a bundle's network is loaded."""
    return network.eval().requires_grad_(False)


EXPLAINERS = {
    "Grad-CAM at a layer": lambda: LayerGradCam(frozen(Convolutions()), "second"),
    "Grad-CAM of a DenseNet": lambda: LayerGradCam(frozen(DenseNet121(2, 1, 3)), "features"),
    "Saliency of a transformer": lambda: InputSaliency(frozen(VisionTransformer(32, size="tiny"))),
    "Saliency of an LSTM": lambda: InputSaliency(frozen(RowLSTM(image_size=32))),
}


@pytest.mark.parametrize("name", EXPLAINERS)
def test_maps_lie_between_0_and_1_and_repeat_exactly(name: str) -> None:
    explainer: Explainer = EXPLAINERS[name]()
    (_, first), (_, second) = explainer(IMAGES, 2), explainer(IMAGES, 2)
    assert np.array_equal(first, second)
    assert first.shape[0] == 3
    assert first.ndim == 3
    assert first.min() >= 0
    assert first.max() == pytest.approx(1)


def test_grad_cam_is_captums_of_the_whole_network() -> None:
    network = frozen(Convolutions())
    whole = CaptumLayerGradCam(network, network.get_submodule("second"))
    expected = whole.attribute(IMAGES.clone().requires_grad_(), target=1, relu_attributions=True)[:, 0].detach().numpy()
    logits, maps = LayerGradCam(network, "second")(IMAGES, 1)
    assert np.allclose(maps, expected / np.maximum(expected.max(axis=(1, 2), keepdims=True), 1e-30), atol=1e-5)
    assert np.allclose(logits, network(IMAGES).numpy(), atol=1e-6)


def test_saliency_is_the_change_of_the_logit_with_a_pixel() -> None:
    network = frozen(Convolutions()).double()
    image = IMAGES[:1].double()
    _, maps = InputSaliency(network)(image, 2)
    changes = np.zeros((32, 32))
    step = 1e-4
    for row, column in ((3, 4), (10, 20), (16, 16), (25, 7)):
        there, back = image.clone(), image.clone()
        there[0, 0, row, column] += step
        back[0, 0, row, column] -= step
        changes[row, column] = abs(float(network(there)[0, 2] - network(back)[0, 2])) / (2 * step)
    measured = changes > 0
    ratios = maps[0][measured] / changes[measured]
    assert measured.sum() == 4
    assert np.allclose(ratios, ratios[0], rtol=1e-3)


@pytest.mark.parametrize("name", EXPLAINERS)
def test_logits_come_from_the_same_one_pass(name: str) -> None:
    explainer = EXPLAINERS[name]()
    network = explainer._forward.network
    passes: list[int] = []
    hook = network.register_forward_hook(lambda *_: passes.append(1))
    logits, _ = explainer(IMAGES, 0)
    hook.remove()
    assert len(passes) == 1
    assert np.allclose(logits, network(IMAGES).detach().numpy(), atol=1e-5)


def test_every_channel_of_the_input_counts() -> None:
    images = torch.rand(2, 2, 32, 32)
    assert LayerGradCam(frozen(Convolutions(2)), "second")(images, 0)[1].shape == (2, 13, 13)
    assert InputSaliency(frozen(Convolutions(2)))(images, 0)[1].shape == (2, 32, 32)


def test_only_what_follows_the_layer_is_recorded() -> None:
    network = frozen(Convolutions())
    recorded: list[bool] = []
    hook = network.first.register_forward_hook(lambda module, given, output: recorded.append(output.requires_grad))
    LayerGradCam(network, "second")(IMAGES, 0)
    hook.remove()
    assert recorded == [False]


def test_a_layer_that_there_is_not_is_named() -> None:
    with pytest.raises(ModelError, match="third"):
        LayerGradCam(Convolutions(), "third")
    with pytest.raises(ModelError, match="''"):
        LayerGradCam(Convolutions(), "")


def test_a_layer_without_rows_and_columns_is_refused() -> None:
    with pytest.raises(ModelError, match="no feature map"):
        LayerGradCam(frozen(Convolutions()), "classify")(IMAGES, 0)


def test_an_efficientnet_keeps_its_fast_grad_cam(untrained: Models) -> None:
    network = untrained.classifier.network
    assert isinstance(explainer_for(network, "Grad-CAM", "_blocks.4"), GradCam)
    assert explanation_of(network) == {"method": "Grad-CAM", "layer": "_blocks.4 * _blocks.6"}


def test_a_network_is_explained_where_it_says_and_by_saliency_where_nowhere() -> None:
    assert explanation_of(Convolutions()) == {"method": "Grad-CAM", "layer": "second"}
    assert explanation_of(DenseNet121(2, 1, 3)) == {"method": "Grad-CAM", "layer": "features"}
    assert explanation_of(RowLSTM(image_size=32)) == {"method": "Saliency", "layer": ""}


@pytest.mark.parametrize("name", ["Guess", "LIME", "grad-cam", "GRAD-CAM", "saliency", ""])
def test_an_unknown_method_is_refused_and_so_is_another_spelling(name: str) -> None:
    assert method_named(name) is None
    with pytest.raises(ModelError, match=f"'{name}' is unknown.*Use Grad-CAM or Saliency"):
        explainer_for(Convolutions(), name, "second")


@pytest.mark.parametrize("name", ["Integrated Gradients", "Attention gates"])
def test_a_method_with_passes_of_its_own_makes_no_bundles_heat_map(name: str) -> None:
    with pytest.raises(ModelError, match=f"'{name}' cannot come with a classification.*Use Grad-CAM or Saliency"):
        explainer_for(Convolutions(), name, "second")


IN_PASS = [method for method in METHODS if method.in_pass is not None]


@pytest.mark.parametrize("method", IN_PASS, ids=lambda method: method.option)
def test_every_method_makes_what_it_is_called_and_costs_what_it_says(method: ExplanationMethod) -> None:
    network = frozen(Convolutions())
    assert method.in_pass is not None
    layer = method.in_pass.layer_of(network)
    assert layer is not None
    explainer = method.in_pass.make(network, layer)
    passes: list[int] = []
    hook = network.register_forward_hook(lambda *_: passes.append(1))
    explainer(IMAGES, 1)
    hook.remove()
    assert explainer.method == method.name
    assert len(passes) == method.in_pass.passes
    assert method_named(method.name) is method


def test_no_two_methods_are_called_alike() -> None:
    for names in ([method.option for method in METHODS], [method.name for method in METHODS]):
        assert len(set(names)) == len(names)
