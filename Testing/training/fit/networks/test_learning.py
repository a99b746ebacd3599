"""Two networks on one encoder, and where their weights start."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.errors import ModelError
from Training.fit.networks.learning import HELPERS, SharedEncoder, build_learner
from Training.fit.weights.pretrained import load_encoder
from Training.recipes.networks import attention_unet_over, efficientnet
from Training.recipes.shared_b0 import RECIPE


@pytest.fixture(scope="module")
def pair() -> SharedEncoder:
    torch.manual_seed(0)
    learner = build_learner(RECIPE.networks)
    assert isinstance(learner, SharedEncoder)
    return learner.eval()


def test_the_two_networks_come_out_with_one_and_the_same_encoder(pair: SharedEncoder) -> None:
    classifier, segmenter = (pair.networks()[task].state_dict() for task in ("classification", "segmentation"))
    shared = [name for name in classifier if name.startswith(("_conv_stem", "_bn0", "_blocks"))]
    assert len(shared) > 200
    assert all(torch.equal(classifier[name], segmenter[f"encoder.{name}"]) for name in shared)


def test_each_network_by_itself_gives_what_both_gave_together(pair: SharedEncoder) -> None:
    images = torch.rand(2, 1, 64, 64)
    with torch.inference_mode():
        together = pair(images)
        assert together.classes is not None
        assert together.lesion is not None
        assert torch.allclose(pair.classifier(images), together.classes, atol=1e-5)
        assert torch.allclose(pair.segmenter(images), together.lesion, atol=1e-5)


def test_helpers_are_heads_beside_both_and_stay_out_of_the_bundles() -> None:
    learner = build_learner(RECIPE.networks, ["birads", "histology"])
    outputs = learner(torch.rand(2, 1, 64, 64))
    assert outputs.birads is not None
    assert outputs.histology is not None
    assert (outputs.birads.shape, outputs.histology.shape) == ((2, 4), (2, 6))
    delivered = [name for network in learner.networks().values() for name in network.state_dict()]
    assert not any(helper in name for helper in HELPERS for name in delivered)


def test_an_rgb_stem_is_summed_to_gray(tmp_path: Path) -> None:
    network = build_learner({"classification": efficientnet("efficientnet-b0")}).networks()["classification"]
    stem = torch.rand(32, 3, 3, 3)
    torch.save({"_conv_stem.weight": stem}, tmp_path / "encoder.pth")
    load_encoder(network, "", tmp_path / "encoder.pth")
    assert torch.allclose(network.get_parameter("_conv_stem.weight"), stem.sum(dim=1, keepdim=True))


def test_a_last_layer_of_other_classes_starts_anew(tmp_path: Path) -> None:
    network = build_learner({"classification": efficientnet("efficientnet-b0")}).networks()["classification"]
    state = {"_conv_stem.weight": torch.rand(32, 1, 3, 3), "_fc.weight": torch.ones(1000, 1280)}
    torch.save(state, tmp_path / "weights.pth")
    load_encoder(network, "", tmp_path / "weights.pth")
    assert not network.get_parameter("_fc.weight").any()


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    network = build_learner({"segmentation": attention_unet_over("efficientnet-b0")}).networks()["segmentation"]
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ModelError, match="another architecture"):
        load_encoder(network, "encoder.", tmp_path / "other.pth")


def test_a_file_that_is_not_a_state_dict_is_named(tmp_path: Path) -> None:
    network = build_learner({"segmentation": attention_unet_over("efficientnet-b0")}).networks()["segmentation"]
    (tmp_path / "torn.pth").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ModelError, match=r"torn\.pth"):
        load_encoder(network, "encoder.", tmp_path / "torn.pth")
