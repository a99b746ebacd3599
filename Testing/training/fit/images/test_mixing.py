"""A mixed image carries classes and outlines of both its sources, each in its share."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from Training.augmentation.augment import NO_AUGMENTATION, Augmentation
from Training.fit.images.mixing import mix
from Training.fit.networks.learning import Targets

MIXUP = dataclasses.replace(NO_AUGMENTATION, mixup=1.0)
CUTMIX = dataclasses.replace(NO_AUGMENTATION, cutmix=1.0)


def batch() -> tuple[torch.Tensor, Targets]:
    """Image n is n everywhere, and so is its mask: what is mixed can be read off either."""
    images = torch.arange(8.0).reshape(8, 1, 1, 1).expand(8, 1, 32, 32) / 8
    classes = torch.eye(3)[torch.arange(8) % 3]
    outlined = torch.arange(8) != 3
    return images, Targets(classes, images.clone(), outlined, torch.arange(8) % 4, torch.arange(8) % 6)


@pytest.mark.parametrize("settings", [MIXUP, CUTMIX])
def test_images_and_outlines_are_mixed_alike_and_classes_by_share(settings: Augmentation) -> None:
    images, targets = batch()
    mixed, told = mix(images, targets, torch.Generator().manual_seed(5), settings)
    assert not torch.equal(mixed, images)
    assert torch.allclose(mixed, told.masks)
    assert torch.allclose(told.classes.sum(dim=1), torch.ones(8))
    for number in range(8):
        others = set(mixed[number].unique().tolist()) - {number / 8}
        assert (told.classes[number].amax() < 1) <= bool(others)
    assert told.birads.eq(-1).all()
    assert told.histology.eq(-1).all()
    assert not told.outlined[3]
    assert told.outlined.sum() == 6  # the batch's own number 3, and the one that it was mixed into


def test_without_mixing_a_batch_stays_as_it_is() -> None:
    images, targets = batch()
    mixed, told = mix(images, targets, torch.Generator().manual_seed(5), NO_AUGMENTATION)
    assert mixed is images
    assert told is targets
