"""The residual U-Net with attention gates."""

from __future__ import annotations

import torch
from monai.networks.blocks import ResidualUnit

from BreastUSAILib.engine.networks.attention_res_unet import AttentionResUNet, GatedResidualStep


def test_every_skip_connection_is_gated_and_every_stage_residual() -> None:
    network = AttentionResUNet(channels=(4, 8, 16))
    assert len(network.encoder) == 3
    assert len(network.decoder) == 2
    assert all(isinstance(stage, ResidualUnit) for stage in network.encoder)
    assert all(isinstance(step, GatedResidualStep) for step in network.decoder)


def test_a_closed_gate_keeps_the_encoders_features_out() -> None:
    step = GatedResidualStep(16, 8).eval()
    features, skip = torch.rand(1, 16, 4, 4), torch.rand(1, 8, 8, 8)
    assert not torch.allclose(step(features, skip), step(features, skip * 2))
    norm = step.gate.psi[1]
    norm.weight.data.zero_()
    norm.bias.data.fill_(-100.0)
    assert torch.allclose(step(features, skip), step(features, skip * 2), atol=1e-5)


def test_logits_have_the_inputs_size() -> None:
    network = AttentionResUNet(out_channels=2, channels=(4, 8, 16)).eval()
    assert network(torch.rand(1, 1, 20, 36)).shape == (1, 2, 20, 36)
