"""ConvNeXt."""

from __future__ import annotations

import torch

from BreastUSAILib.engine.networks.convnext import ChannelNorm, ConvNeXtBlock


def test_a_new_block_changes_next_to_nothing() -> None:
    features = torch.rand(2, 8, 7, 7)
    change = ConvNeXtBlock(8, drop_path=0.0)(features) - features
    assert 0 < change.abs().max() < 1e-4


def test_a_block_sees_three_pixels_in_each_direction() -> None:
    block = ConvNeXtBlock(8, drop_path=0.0)
    features = torch.rand(1, 8, 15, 15, requires_grad=True)
    (gradient,) = torch.autograd.grad(block(features)[0, :, 7, 7].sum(), features)
    rows = gradient.abs().sum(dim=(0, 1, 3)).nonzero().flatten().tolist()
    assert rows == list(range(4, 11))


def test_each_pixel_is_normalized_over_its_channels() -> None:
    normalized = ChannelNorm(16)(torch.rand(2, 16, 5, 5) * 9 + 3)
    torch.testing.assert_close(normalized.mean(dim=1), torch.zeros(2, 5, 5), atol=1e-5, rtol=0)
    torch.testing.assert_close(normalized.var(dim=1, correction=0), torch.ones(2, 5, 5), atol=1e-4, rtol=0)
