"""Small untrained bundles, written once a session, for facts that do not depend on the weights."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from BreastUSAILib.engine.bundles.bundle import Models, load_classifier
from BreastUSAILib.engine.images.frames import Frames, InputKind, Rectangle
from BreastUSAILib.engine.networks.network_definitions import build_network
from BreastUSAILib.engine.preparing.prepare import prepare
from Testing.made_up import CALIBRATION, SMALL, load_pair, speckle
from Training.bundles.writer import BundleContent, write_bundle

CLASSIFIER, SEGMENTER = "classifier_efficientnet_b0", "segmenter_attention_unet_b0"
TASKS = {CLASSIFIER: "classification", SEGMENTER: "segmentation"}
NETWORKS = {
    CLASSIFIER: {
        "_target_": "monai.networks.nets.EfficientNetBN",
        "model_name": "efficientnet-b0",
        "pretrained": False,
        "spatial_dims": 2,
        "in_channels": 1,
        "num_classes": 3,
    },
    SEGMENTER: {"_target_": "BreastUSAILib.engine.networks.attention_unet.EfficientAttentionUNet"},
}
SETTINGS = {
    CLASSIFIER: {"calibration": CALIBRATION, "explanation_layer": "_blocks.6"},
    SEGMENTER: {"threshold": 0.5, "smallest_lesion": 0.0005},
}


def with_rules(models: Models, *, normal_below: float = 0.0, **segmenter: Any) -> Models:
    """The models with *normal* said below that probability of a lesion, and these fields of the segmenter."""
    calibration = replace(models.classifier.calibration, normal_below=normal_below)
    classifier = replace(models.classifier, calibration=calibration)
    return replace(models, classifier=classifier, segmenter=replace(models.segmenter, **segmenter))


def write_untrained(like: str, folder: Path, **changes: Any) -> Path:
    """An untrained bundle like a shipped one at a small input size; `changes` are fields of `BundleContent`."""
    content = replace(
        BundleContent(
            name=like,
            version="0.0.1",
            task=TASKS[like],
            description="Untrained, for tests.",
            network=NETWORKS[like],
            preprocessing=SMALL,
            card="# Untrained\n",
            settings=SETTINGS[like],
        ),
        **changes,
    )
    torch.manual_seed(7)
    return write_bundle(content, lively(build_network(content.network), len(content.inputs)).state_dict(), folder)


def lively(network: nn.Module, channels: int) -> nn.Module:
    """Give batch normalization what it will meet, else a signal dies on its way through a deep untrained network.

    A classifier's last layer is made small enough for probabilities that are neither 0 nor 1.
    """
    frames, box = speckle_frames(4), SMALL.letterbox(120, 160, Rectangle(0, 0, 160, 120))
    images = torch.from_numpy(np.stack([prepare(frames.read_frame(index), box, SMALL) for index in range(4)]))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network.train()(torch.stack([images, (images > 0).float()][:channels], dim=1))
        if hasattr(network, "_fc"):
            network._fc.weight.mul_(0.1)
    return network


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an untrained classifier and segmenter bundle."""
    folder = tmp_path_factory.mktemp("bundles")
    for name in TASKS:
        write_untrained(name, folder)
    return folder


@pytest.fixture(scope="session")
def untrained(bundle_folder: Path) -> Models:
    """The untrained pair, loaded."""
    return load_pair(bundle_folder)


@pytest.fixture(scope="session")
def related(untrained: Models) -> Models:
    """The untrained pair with the classifier's encoder in both."""
    network = copy.deepcopy(untrained.segmenter.network)
    for name in ("_conv_stem", "_conv_stem_padding", "_bn0", "_blocks"):
        setattr(network.encoder, name, copy.deepcopy(getattr(untrained.classifier.network, name)))
    return replace(untrained, segmenter=replace(untrained.segmenter, network=network))


@pytest.fixture(scope="session")
def with_mask(bundle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The untrained segmenter, and a classifier that takes its mask as a second channel."""
    bundle = write_untrained(
        CLASSIFIER,
        tmp_path_factory.mktemp("mask"),
        network={**NETWORKS[CLASSIFIER], "in_channels": 2},
        inputs=("image", "lesion_mask"),
        explanation={"method": "Grad-CAM", "layer": "_blocks.6"},
        settings={"calibration": CALIBRATION},
    )
    return replace(load_pair(bundle_folder), classifier=load_classifier(bundle))


def speckle_frames(count: int = 1, rows: int = 120, columns: int = 160, seed: int = 0) -> Frames:
    """Frames of speckle."""
    pixels = speckle(seed, rows, columns, count)
    kind = InputKind.STILL if count == 1 else InputKind.CINE
    return Frames("speckle", kind, count, rows, columns, False, lambda index: pixels[index])
