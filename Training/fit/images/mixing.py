"""MixUp and CutMix: a batch mixed with itself in another order."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...augmentation.augment import Augmentation
from ..networks.learning import HELPERS, Targets


def mix(images: Tensor, targets: Targets, generator: torch.Generator, settings: Augmentation) -> tuple[Tensor, Targets]:
    """Now and then the whole batch mixed: images ``[B, C, S, S]``, classes that sum to 1, and outlines alike.

    MixUp (Zhang et al. 2018) blends, CutMix (Yun et al. 2019) pastes one rectangle. A mixed image counts as outlined
    where both of its sources are, and has no category of BI-RADS or histology of its own.
    """
    draw = float(torch.rand(1, generator=generator, device=generator.device))
    if draw >= settings.mixup + settings.cutmix:
        return images, targets
    order = torch.randperm(len(images), generator=generator, device=generator.device)
    share = 0.5 * float(torch.rand(1, generator=generator, device=generator.device))
    if draw < settings.mixup:
        mixed, masks = images.lerp(images[order], share), targets.masks.lerp(targets.masks[order], share)
    else:
        side = images.shape[-1]
        cut = round(side * math.sqrt(share))
        top, left = (
            int(torch.randint(side - cut + 1, (1,), generator=generator, device=generator.device)) for _ in range(2)
        )
        square = (..., slice(top, top + cut), slice(left, left + cut))
        mixed, masks = images.clone(), targets.masks.clone()
        mixed[square] = images[order][square]
        masks[square] = targets.masks[order][square]
        share = (cut / side) ** 2
    return mixed, Targets(
        classes=targets.classes.lerp(targets.classes[order], share),
        masks=masks,
        outlined=targets.outlined & targets.outlined[order],
        **{name: torch.full_like(getattr(targets, name), -1) for name in HELPERS},
    )
