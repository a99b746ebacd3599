"""ResNet with pre-activation."""

from __future__ import annotations

import torch

from BreastUSAILib.engine.networks.resnet_v2 import PreActivationBottleneck


def test_a_block_that_adds_nothing_passes_negative_values_too() -> None:
    block = PreActivationBottleneck(16, width=4, stride=1).eval()
    torch.nn.init.zeros_(block.layers[2].weight)
    features = torch.randn(1, 16, 4, 4)
    assert torch.equal(block(features), features)


def test_a_block_with_a_stride_halves_the_map() -> None:
    assert PreActivationBottleneck(16, width=8, stride=2)(torch.rand(2, 16, 8, 8)).shape == (2, 32, 4, 4)
