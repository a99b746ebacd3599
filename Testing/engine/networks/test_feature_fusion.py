"""MobileNetV2 and DenseNet121 fused by attention."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from BreastUSAILib.engine.networks.feature_fusion import FusedTrunk, SpatialAttention


@pytest.mark.parametrize("branch", ["mobile", "dense"])
def test_both_trunks_are_heard(branch: str) -> None:
    trunk = FusedTrunk(in_channels=1).eval()
    images = torch.rand(1, 1, 64, 64)
    with torch.inference_mode():
        both = trunk(images)
        trunk.get_submodule(branch).register_forward_hook(lambda _module, _inputs, output: torch.zeros_like(output))
        one = trunk(images)
    assert both.shape == (1, 512, 2, 2)
    assert not torch.allclose(both, one, atol=1e-4)


def test_spatial_attention_weighs_all_channels_of_a_pixel_alike() -> None:
    attention = SpatialAttention().eval()
    nn.init.normal_(attention.weigh.conv.weight)
    features = torch.rand(2, 8, 6, 6) + 0.5
    weights: Tensor = attention(features) / features
    torch.testing.assert_close(weights, weights[:, :1].expand_as(weights))
    assert 0 < weights.min() < weights.max() < 1
