"""A file for one recipe starts that recipe's trunk where another network has it as a branch."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.networks.network_definitions import build_network
from Training.fit.networks.learning import build_learner
from Training.fit.weights.pretrained import load_encoder
from Training.fit.weights.start import start_from_file
from Training.recipes.registry import recipe_named

FUSION = recipe_named("mobilenet-densenet-fusion")


def network_of(recipe: str) -> nn.Module:
    """The recipe's network, all its weights a half: quick to make."""
    with torch.device("meta"):
        network = build_network(recipe_named(recipe).networks["classification"])
    network = network.to_empty(device="cpu")
    for value in network.state_dict().values():
        value.fill_(0.5)
    return network


def trunk_of(recipe: str) -> dict[str, torch.Tensor]:
    """Weights of the recipe's trunk for RGB images."""
    generator = torch.Generator().manual_seed(1)
    with torch.device("meta"):
        network = build_network({**recipe_named(recipe).networks["classification"], "in_channels": 3})
    shapes = {key: value.shape for key, value in network.state_dict().items() if key.startswith("trunk.")}
    return {key: torch.rand(shape, generator=generator) for key, shape in shapes.items()}


@pytest.fixture(scope="module")
def mobile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("starts") / "mobile.pth"
    provenance = {"source": "a package 1.0", "licence": "MIT", "trained_on": "pictures", "other": "not kept"}
    torch.save({"state_dict": trunk_of("mobilenet-v2"), "provenance": provenance}, path)
    return path


def test_the_branch_starts_from_the_file_and_the_rest_as_ever(mobile: Path) -> None:
    network = network_of(FUSION.name)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    assert load_encoder(network, "", mobile, FUSION.branches) == "mobilenet-v2"
    after = network.state_dict()
    file = trunk_of("mobilenet-v2")
    stem = file.pop("trunk.0.conv.weight").sum(dim=1, keepdim=True)
    assert torch.equal(after["trunk.mobile.0.conv.weight"], stem)
    floats = {key: value for key, value in file.items() if not key.endswith("num_batches_tracked")}
    assert all(torch.equal(after[key.replace("trunk.", "trunk.mobile.", 1)], value) for key, value in floats.items())
    others = [key for key in after if not key.startswith("trunk.mobile.")]
    assert len(others) > 600
    assert all(torch.equal(after[key], before[key]) for key in others)


def test_a_file_of_the_whole_network_is_taken_as_that(tmp_path: Path) -> None:
    network = network_of(FUSION.name)
    whole = {key: torch.zeros_like(value) for key, value in network.state_dict().items()}
    torch.save(whole, tmp_path / "whole.pth")
    assert load_encoder(network, "", tmp_path / "whole.pth", FUSION.branches) is None
    assert not any(parameter.any() for parameter in network.parameters())


def test_a_branch_that_the_file_does_not_fill_is_refused_by_the_weight_it_lacks(tmp_path: Path) -> None:
    state = trunk_of("mobilenet-v2")
    del state["trunk.5.layers.1.conv.weight"]
    torch.save(state, tmp_path / "torn.pth")
    with pytest.raises(ModelError, match=r"no trunk\.mobile\.5\.layers\.1\.conv\.weight.*or of mobilenet-v2"):
        load_encoder(network_of(FUSION.name), "", tmp_path / "torn.pth", FUSION.branches)


def test_a_file_that_lacks_only_how_many_batches_were_seen_fills_it(tmp_path: Path) -> None:
    state = {key: value for key, value in trunk_of("mobilenet-v2").items() if not key.endswith("num_batches_tracked")}
    torch.save(state, tmp_path / "older.pth")
    assert load_encoder(network_of(FUSION.name), "", tmp_path / "older.pth", FUSION.branches) == "mobilenet-v2"


def test_another_network_that_begins_alike_is_refused_by_the_shape_that_differs(tmp_path: Path) -> None:
    torch.save(trunk_of("efficientnet-lite0"), tmp_path / "lite.pth")
    with pytest.raises(ModelError, match=r"another architecture \(trunk\.mobile\.4\."):
        load_encoder(network_of(FUSION.name), "", tmp_path / "lite.pth", FUSION.branches)


@pytest.mark.parametrize("classes", [None, 3, 1000])
def test_the_recipe_itself_starts_from_a_trunk_with_or_without_its_last_layer(
    classes: int | None, tmp_path: Path
) -> None:
    last = {} if classes is None else {"fc.weight": torch.ones(classes, 1280), "fc.bias": torch.ones(classes)}
    state = trunk_of("mobilenet-v2")
    torch.save({**last, **state}, tmp_path / "weights.pth")
    network = network_of("mobilenet-v2")
    assert load_encoder(network, "", tmp_path / "weights.pth") is None
    assert torch.equal(network.get_parameter("trunk.18.conv.weight"), state["trunk.18.conv.weight"])
    assert network.get_parameter("fc.weight").mean().item() == (1 if classes == 3 else 0.5)


def test_a_file_whose_first_layer_alone_fits_is_refused(mobile: Path) -> None:
    with pytest.raises(ModelError, match=r"no place for trunk\.1\.layers\.0"):
        load_encoder(network_of("four-layer-cnn"), "", mobile)


def test_the_record_says_what_started_from_what(mobile: Path) -> None:
    told = start_from_file(build_learner(FUSION.networks), FUSION, mobile)
    assert dict(told) == {
        "source": "a package 1.0",
        "licence": "MIT",
        "trained_on": "pictures",
        "sha256": told["sha256"],
        "branch": "mobilenet-v2",
    }
