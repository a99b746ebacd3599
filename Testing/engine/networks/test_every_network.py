"""Facts that hold for every architecture a bundle or a recipe can name."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from BreastUSAILib.engine.networks.feature_classifier import FeatureClassifier
from BreastUSAILib.engine.networks.folding import fold_for_inference
from BreastUSAILib.engine.networks.network_definitions import ALLOWED

from .definitions import CLASSIFIERS, NEEDS_MASK, NETWORKS, OWN, SEGMENTERS, SIDE, build

OWN_CLASSIFIERS = [name for name, definition in CLASSIFIERS.items() if definition["_target_"].startswith(OWN)]
WITHOUT_A_MAP = {"row-lstm", "vit-tiny"}

each_network = pytest.mark.parametrize("network", NETWORKS, indirect=True)


@pytest.fixture(scope="module")
def network(request: pytest.FixtureRequest) -> nn.Module:
    """The network of that name for an image with its mask, in evaluation mode, shared: copy it before changing it."""
    torch.manual_seed(0)
    return build(request.param).eval()


def test_every_own_network_is_among_them() -> None:
    own = {target for target in ALLOWED if target.startswith(OWN)}
    assert own <= {definition["_target_"] for definition in NETWORKS.values()}


@pytest.mark.parametrize("network", CLASSIFIERS, indirect=True)
@torch.inference_mode()
def test_a_classifier_gives_one_logit_a_class(network: nn.Module, images: Tensor) -> None:
    assert network(images).shape == (2, 3)


@pytest.mark.parametrize("network", SEGMENTERS, indirect=True)
@torch.inference_mode()
def test_a_segmenters_logits_have_the_inputs_size(network: nn.Module, images: Tensor) -> None:
    assert network(images).shape == (2, 1, SIDE, SIDE)


@pytest.mark.parametrize("name", [name for name in NETWORKS if name != NEEDS_MASK])
def test_it_takes_an_image_without_a_mask(name: str) -> None:
    with torch.device("meta"):
        output = build(name, in_channels=1).eval()(torch.empty(2, 1, SIDE, SIDE))
    assert output.shape == ((2, 3) if name in CLASSIFIERS else (2, 1, SIDE, SIDE))


@each_network
def test_every_weight_takes_part_in_training(network: nn.Module, images: Tensor) -> None:
    trained = copy.deepcopy(network).train()
    trained(images).square().sum().backward()
    assert [key for key, weight in trained.named_parameters() if weight.grad is None] == []
    assert all(weight.grad.isfinite().all() for weight in trained.parameters())


@each_network
def test_the_mask_reaches_the_logits(network: nn.Module, images: Tensor) -> None:
    images.requires_grad_()
    (gradient,) = torch.autograd.grad(network(images)[0].sum(), images)
    assert gradient[0, 1].abs().sum() > 0


@each_network
@torch.inference_mode()
def test_folding_it_for_inference_changes_nothing(
    network: nn.Module, images: Tensor, used: Callable[[nn.Module], nn.Module]
) -> None:
    plain = used(copy.deepcopy(network))
    folded = fold_for_inference(copy.deepcopy(plain))
    expected = plain(images)
    torch.testing.assert_close(folded(images), expected, rtol=1e-4, atol=1e-4 * expected.abs().max().item())


@each_network
@torch.inference_mode()
def test_its_own_weights_make_another_the_same(network: nn.Module, images: Tensor) -> None:
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    file.seek(0)
    other = copy.deepcopy(network)
    for weight in other.state_dict().values():
        weight.zero_()
    other.load_state_dict(torch.load(file, weights_only=True))
    torch.testing.assert_close(network(images), other(images))


@pytest.mark.parametrize("network", OWN_CLASSIFIERS, indirect=True)
@torch.inference_mode()
def test_the_logits_are_a_linear_function_of_the_features(network: FeatureClassifier, images: Tensor) -> None:
    features = network.forward_features(images)
    assert features.shape == (2, network.fc.in_features)
    torch.testing.assert_close(network(images), network.classify_features(features))
    torch.testing.assert_close(network(images), network.fc(features))


@pytest.mark.parametrize("network", [name for name in OWN_CLASSIFIERS if name not in WITHOUT_A_MAP], indirect=True)
def test_the_explained_layer_is_a_feature_map_that_the_logits_depend_on(
    network: FeatureClassifier, images: Tensor
) -> None:
    maps: list[Tensor] = []
    layer = network.get_submodule(network.explained)
    with layer.register_forward_hook(lambda _module, _inputs, output: maps.append(output)):
        logits = network(images)
    (gradient,) = torch.autograd.grad(logits[:, 2].sum(), maps[0])
    assert gradient.ndim == 4
    assert 2 <= gradient.shape[2] == gradient.shape[3] <= SIDE // 16
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize("network", sorted(WITHOUT_A_MAP), indirect=True)
def test_networks_without_a_feature_map_name_none(network: FeatureClassifier) -> None:
    assert network.explained == ""


@pytest.mark.parametrize("network", OWN_CLASSIFIERS, indirect=True)
def test_everything_but_the_head_is_below_the_trunk_where_a_recipe_freezes_it(network: nn.Module) -> None:
    heads = {key.split(".")[0] for key in network.state_dict()} - {"trunk"}
    assert heads <= {"fc", "norm", "reader"}
