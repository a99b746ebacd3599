"""Networks by name: what may be built, and what is refused before anything is imported."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.networks.network_definitions import ALLOWED, build_network, check_definition

CONVNEXT = "BreastUSAILib.engine.networks.convnext.ConvNeXt"
EFFICIENTNET = {"_target_": "monai.networks.nets.EfficientNetBN", "model_name": "efficientnet-b0", "spatial_dims": 2}


@pytest.mark.parametrize("target", ALLOWED)
def test_every_name_of_the_list_is_a_network(target: str) -> None:
    module, _, name = target.rpartition(".")
    assert isinstance(getattr(import_module(module), name), type)


def test_checking_a_definition_imports_no_network() -> None:
    code = (
        "import sys; from BreastUSAILib.engine.networks.network_definitions import check_definition;"
        f"check_definition({{'_target_': {CONVNEXT!r}}}); sys.exit('torch' in sys.modules or 'monai' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


@pytest.mark.parametrize(
    "target",
    [
        "BreastUSAILib.engine.networks.convnext.nn.Linear",
        "BreastUSAILib.engine.networks.blocks.he_initialized",
        "BreastUSAILib.engine.networks.ConvNeXt",
        "monai.networks.nets.ViT",
        "monai.networks.nets.efficientnet.EfficientNetBN",
    ],
)
def test_a_neighbor_of_an_allowed_name_is_refused(target: str) -> None:
    with pytest.raises(ModelError, match="not allowed"):
        check_definition({"_target_": target})


def test_pretrained_weights_are_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_arguments: object, **_options: object) -> None:
        raise AssertionError("the network was asked for weights from the internet")

    monkeypatch.setattr("monai.networks.nets.efficientnet.model_zoo.load_url", fetch)
    build_network(EFFICIENTNET)
    with pytest.raises(ModelError, match="internet"):
        build_network({**EFFICIENTNET, "pretrained": True})


def test_an_unknown_size_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"giant.*base"):
        build_network({"_target_": CONVNEXT, "size": "giant"})


@pytest.mark.parametrize("arguments", [{"in_channels": -1}, {"num_classes": "three"}, {"dropout": 2}, {"drop_path": 2}])
def test_arguments_out_of_range_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="do not fit"):
        build_network({"_target_": CONVNEXT, "size": "tiny", **arguments})
