"""Building blocks that several networks share."""

from __future__ import annotations

import pytest
import torch
from monai.networks.layers import DropPath
from torch import nn

from BreastUSAILib.engine.networks.blocks import InvertedResidual, convolution, drop_path_rates, he_initialized

from .definitions import build


def test_a_convolution_keeps_the_size_and_normalizes_before_it_activates() -> None:
    block = convolution(3, 5, 7)
    output = block(torch.rand(2, 3, 9, 9))
    assert output.shape == (2, 5, 9, 9)
    assert (output == 0).float().mean() > 0.2  # half of normalized values are negative
    assert [type(part) for part in block.modules() if not list(part.children())] == [
        nn.Conv2d,
        nn.BatchNorm2d,
        nn.ReLU,
    ]


def test_the_narrow_end_of_an_inverted_residual_is_linear() -> None:
    block = InvertedResidual(4, 8, stride=2, expansion=6).eval()
    assert block(torch.randn(1, 4, 8, 8)).min() < 0


def test_an_inverted_residual_has_a_shortcut_only_between_equal_shapes() -> None:
    assert InvertedResidual(4, 4, stride=1, expansion=2).has_shortcut
    assert not InvertedResidual(4, 8, stride=1, expansion=2).has_shortcut
    assert not InvertedResidual(4, 4, stride=2, expansion=2).has_shortcut


def test_a_skipped_block_passes_its_input() -> None:
    block = InvertedResidual(4, 4, stride=1, expansion=2, drop_path=1.0)
    features = torch.rand(2, 4, 8, 8)
    assert torch.equal(block.train()(features), features)
    assert not torch.equal(block.eval()(features), features)


def test_later_blocks_are_skipped_more_often() -> None:
    assert drop_path_rates(0.2, 5) == [0, 0.05, 0.1, 0.15000000000000002, 0.2]
    assert drop_path_rates(0.2, 1) == [0]


def test_the_deep_networks_give_each_block_its_rate() -> None:
    for name, blocks in (("efficientnet-lite0", 16), ("efficientnet-v2-s", 40), ("convnext-tiny", 18)):
        network = build(name, drop_path=0.3)
        rates = [part.drop_prob for part in network.modules() if isinstance(part, DropPath)]
        assert rates == drop_path_rates(0.3, blocks)


def test_convolutions_start_with_the_variance_that_keeps_gradients_alive() -> None:
    dense, depthwise = nn.Conv2d(64, 128, 3), nn.Conv2d(512, 512, 3, groups=512)
    he_initialized(nn.Sequential(dense, depthwise))
    assert dense.weight.var().item() == pytest.approx(2 / (9 * 128), rel=0.05)
    assert depthwise.weight.var().item() == pytest.approx(2 / 9, rel=0.1)
    assert (dense.bias == 0).all()
