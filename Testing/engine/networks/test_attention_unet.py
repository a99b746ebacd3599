"""The attention U-Net over an EfficientNet encoder."""

from __future__ import annotations

import pytest
import torch
from monai.networks.nets.attentionunet import AttentionBlock

from BreastUSAILib.engine.networks.attention_unet import EfficientAttentionUNet, GatedStep


@pytest.fixture
def network() -> EfficientAttentionUNet:
    return EfficientAttentionUNet().eval()


def test_every_skip_connection_is_gated(network: EfficientAttentionUNet) -> None:
    steps = list(network.decoder.blocks)
    assert len(steps) == 4
    assert all(isinstance(step, GatedStep) and isinstance(step.gate, AttentionBlock) for step in steps)


def test_a_closed_gate_keeps_the_encoders_features_out(network: EfficientAttentionUNet) -> None:
    step = network.decoder.blocks[0]
    features, skip = torch.rand(1, 320, 4, 4), torch.rand(1, 112, 8, 8)
    open_, other = step(features, skip), step(features, skip * 2)
    assert not torch.allclose(open_, other)
    norm = step.gate.psi[1]
    norm.weight.data.zero_()
    norm.bias.data.fill_(-100.0)
    assert torch.allclose(step(features, skip), step(features, skip * 2), atol=1e-5)


def test_logits_have_the_inputs_size(network: EfficientAttentionUNet) -> None:
    assert network(torch.zeros(2, 1, 64, 96)).shape == (2, 1, 64, 96)


def test_it_carries_no_classification_head(network: EfficientAttentionUNet) -> None:
    assert not [name for name in network.state_dict() if "_fc" in name or "_conv_head" in name]


def test_gradients_reach_the_stem(network: EfficientAttentionUNet) -> None:
    network.train()(torch.rand(2, 1, 64, 64)).mean().backward()
    assert network.encoder._conv_stem.weight.grad.abs().sum() > 0
