"""Networks folded for inference: where no batch normalization is left. That they compute the same: every network."""

from __future__ import annotations

import pytest
from torch import nn

from BreastUSAILib.engine.networks.folding import fold_for_inference

from .definitions import build

FOLDED_WHOLLY = [
    "efficientnet-b0",
    "efficient-attention-unet",
    "efficientnet-lite0",
    "efficientnet-v2-s",
    "four-layer-cnn",
    "mobilenet-v2",
    "vgg16-batch-norm",
]


def batch_norms(network: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


@pytest.mark.parametrize("name", FOLDED_WHOLLY)
def test_a_folded_network_has_no_batch_norm_left(name: str) -> None:
    network = build(name)
    assert batch_norms(network) > 0
    assert batch_norms(fold_for_inference(network)) == 0


def test_pre_activation_keeps_those_before_a_fork_and_after_a_sum() -> None:
    network = build("resnet50-v2")
    blocks = 16
    assert batch_norms(network) == 3 * blocks + 1
    assert batch_norms(fold_for_inference(network)) == blocks + 1
