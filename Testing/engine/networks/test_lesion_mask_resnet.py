"""ResNet50 that is shown the lesion's mask."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.networks.lesion_mask_resnet import LesionMaskResNet50

from .definitions import build


@pytest.fixture(scope="module")
def network() -> LesionMaskResNet50:
    return LesionMaskResNet50().eval()


def with_mask(images: Tensor, value: float) -> Tensor:
    return torch.cat([images[:, :1], torch.full_like(images[:, :1], value)], dim=1)


@torch.inference_mode()
def test_a_mask_of_the_whole_image_makes_both_means_the_same(network: LesionMaskResNet50, images: Tensor) -> None:
    image, lesion = network.forward_features(with_mask(images, 1.0)).chunk(2, dim=1)
    torch.testing.assert_close(image, lesion)


@torch.inference_mode()
def test_without_a_lesion_its_features_are_zero(network: LesionMaskResNet50, images: Tensor) -> None:
    image, lesion = network.forward_features(with_mask(images, 0.0)).chunk(2, dim=1)
    assert image.abs().sum() > 0
    assert (lesion == 0).all()


@torch.inference_mode()
def test_the_mask_moves_the_lesions_features_alone(network: LesionMaskResNet50, images: Tensor) -> None:
    other = images.clone()
    other[:, 1] = 0
    other[:, 1, :20, :40] = 1
    image, lesion = network.forward_features(images).chunk(2, dim=1)
    same_image, other_lesion = network.forward_features(other).chunk(2, dim=1)
    assert torch.equal(image, same_image)
    assert not torch.allclose(lesion, other_lesion)


def test_a_lesion_of_one_pixel_is_still_seen(network: LesionMaskResNet50, images: Tensor) -> None:
    images[:, 1] = 0
    images[:, 1, 40, 40] = 1
    with torch.inference_mode():
        features = network.trunk(images[:, :1])[-1]
        _, lesion = network.forward_features(images).chunk(2, dim=1)
    torch.testing.assert_close(lesion, features[:, :, 1, 1])


def test_it_cannot_be_built_without_a_mask() -> None:
    with pytest.raises(ModelError, match="image and mask"):
        build("lesion-mask-resnet50", in_channels=1)
