"""The attention U-Net over an EfficientNet encoder, and networks folded for inference."""

from __future__ import annotations

import copy

import pytest
import torch
from monai.networks.nets.attentionunet import AttentionBlock
from torch import nn

from BreastUSAILib.engine.networks.attention_unet import EfficientAttentionUNet, GatedStep
from BreastUSAILib.engine.networks.folding import fold_for_inference
from Training.tasks import TASKS


def network() -> EfficientAttentionUNet:
    torch.manual_seed(0)
    return EfficientAttentionUNet().eval()


def test_every_skip_connection_is_gated() -> None:
    steps = list(network().decoder.blocks)
    assert len(steps) == 4
    assert all(isinstance(step, GatedStep) and isinstance(step.gate, AttentionBlock) for step in steps)


def test_a_closed_gate_keeps_the_encoders_features_out() -> None:
    step = network().decoder.blocks[0]
    features, skip = torch.rand(1, 320, 4, 4), torch.rand(1, 112, 8, 8)
    open_, other = step(features, skip), step(features, skip * 2)
    assert not torch.allclose(open_, other)
    norm = step.gate.psi[1]
    norm.weight.data.zero_()
    norm.bias.data.fill_(-100.0)
    assert torch.allclose(step(features, skip), step(features, skip * 2), atol=1e-5)


def test_logits_have_the_inputs_size() -> None:
    assert network()(torch.zeros(2, 1, 64, 96)).shape == (2, 1, 64, 96)


def test_it_carries_no_classification_head() -> None:
    assert not [name for name in network().state_dict() if "_fc" in name or "_conv_head" in name]


def test_gradients_reach_the_stem() -> None:
    net = network().train()
    net(torch.rand(2, 1, 64, 64)).mean().backward()
    assert net.encoder._conv_stem.weight.grad.abs().sum() > 0


def with_used_statistics(network: nn.Module) -> nn.Module:
    """Batch statistics away from their start, as after training."""
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.copy_(torch.randn(module.num_features, generator=generator) * 0.1)
            module.running_var.copy_(torch.rand(module.num_features, generator=generator) + 0.5)
    return network.eval()


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_folded_network_computes_the_same_without_any_batch_norm(name: str) -> None:
    torch.manual_seed(3)
    plain = with_used_statistics(TASKS[name].build(None))
    if name == "classifier":
        nn.init.normal_(plain.get_parameter("_fc.weight"))
    folded = fold_for_inference(copy.deepcopy(plain))
    images = torch.rand(2, 1, 64, 64)
    with torch.inference_mode():
        expected, got = plain(images), folded(images)
    assert expected.abs().max() > 1e-3
    assert torch.allclose(got, expected, rtol=1e-3, atol=1e-3 * expected.abs().max().item())
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
