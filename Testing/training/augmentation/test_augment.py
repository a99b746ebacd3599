"""Augmentation stays within what ultrasound can show."""

from __future__ import annotations

import dataclasses

import torch

from Training.augmentation.augment import NO_AUGMENTATION, Augmentation, augment

STILL = dataclasses.replace(NO_AUGMENTATION, flip=0.5)


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    images = torch.rand(32, 1, 64, 64, generator=torch.Generator().manual_seed(1)) * 0.8 + 0.1
    masks = torch.zeros(32, 1, 64, 64)
    masks[:, :, 8:20, 10:30] = 1
    return images, masks


def test_the_probe_stays_on_top() -> None:
    images, masks = batch()
    _, moved = augment(images, masks, torch.Generator().manual_seed(2), Augmentation())
    depth = (moved * torch.arange(64.0).view(1, 1, -1, 1)).sum(dim=(1, 2, 3)) / moved.sum(dim=(1, 2, 3)).clamp_min(1)
    assert (depth[moved.sum(dim=(1, 2, 3)) > 0] < 36).all()


def test_without_ranges_only_the_flip_is_left() -> None:
    images, masks = batch()
    out, moved = augment(images, masks, torch.Generator().manual_seed(2), STILL)
    same = (out - images).abs().amax(dim=(1, 2, 3)) < 1e-4
    mirrored = (out - images.flip(-1)).abs().amax(dim=(1, 2, 3)) < 1e-4
    assert (same ^ mirrored).all()
    assert same.any()
    assert mirrored.any()
    assert torch.equal(moved[mirrored], masks.flip(-1)[mirrored])


def test_the_mask_moves_with_the_image() -> None:
    _, masks = batch()
    out, moved = augment(masks * 0.8 + 0.1, masks, torch.Generator().manual_seed(4), Augmentation(speckle=0, blur=0))
    inside, outside = out[moved > 0].mean(), out[(moved == 0) & (out > 0)].mean()
    assert inside > 2 * outside


def test_padding_stays_black_and_values_in_range() -> None:
    images, masks = batch()
    images[:, :, :, 50:] = 0
    out, _ = augment(images, masks, torch.Generator().manual_seed(3), Augmentation())
    assert out.min() >= 0
    assert out.max() <= 1
    assert (out == 0).float().mean() > 0.1


def test_the_same_seed_gives_the_same_batch() -> None:
    images, masks = batch()
    first, second = (augment(images, masks, torch.Generator().manual_seed(9), Augmentation())[0] for _ in range(2))
    assert torch.equal(first, second)
