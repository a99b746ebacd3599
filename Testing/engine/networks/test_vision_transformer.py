"""The vision transformer."""

from __future__ import annotations

import pytest
import torch

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.networks.vision_transformer import VisionTransformer

from .definitions import SIDE, build


@pytest.fixture
def network() -> VisionTransformer:
    return VisionTransformer(SIDE, size="tiny").eval()


def test_its_logits_are_not_bounded(network: VisionTransformer) -> None:
    network.fc.bias.data.fill_(50.0)
    assert network(torch.rand(1, 1, SIDE, SIDE)).min() > 10


def test_it_knows_where_a_patch_lies(network: VisionTransformer) -> None:
    images = torch.rand(1, 1, SIDE, SIDE)
    assert not torch.allclose(network(images), network(images.roll(16, dims=3)), atol=1e-5)
    network.trunk.positions.data.zero_()
    assert torch.allclose(network(images), network(images.roll(16, dims=3)), atol=1e-5)


def test_patches_must_cover_the_image() -> None:
    with pytest.raises(ModelError, match="do not cover"):
        build("vit-tiny", image_size=72)


def test_images_of_another_size_are_refused(network: VisionTransformer) -> None:
    with pytest.raises(RuntimeError, match="size"):
        network(torch.rand(1, 1, 2 * SIDE, 2 * SIDE))
