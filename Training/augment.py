"""Augmentation on a batch, as ultrasound allows it: never upside down, never sheared."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; each is drawn anew for every image of a batch."""

    rotation_degrees: float = 12.0
    scale: float = 0.25
    stretch: float = 0.12
    shift: float = 0.10
    gamma: float = 0.35
    gain: float = 0.20
    depth_gain: float = 0.25
    speckle: float = 0.12
    blur_probability: float = 0.25
    shadow_probability: float = 0.15


def augment(images: Tensor, masks: Tensor, generator: torch.Generator, settings: Augmentation) -> tuple[Tensor, Tensor]:
    """Random variants of images and masks, both ``[B, 1, S, S]`` float in [0, 1]."""
    grid = _grid(images, generator, settings)
    images = F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    masks = F.grid_sample(masks, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    return _appearance(images, generator, settings), (masks > 0.5).float()


def _uniform(shape: tuple[int, ...], generator: torch.Generator, reach: float) -> Tensor:
    return (torch.rand(shape, generator=generator) * 2 - 1) * reach


def _grid(images: Tensor, generator: torch.Generator, settings: Augmentation) -> Tensor:
    """Flip, rotation, scale, depth stretch and shift as a sampling grid."""
    count = (len(images),)
    angle = _uniform(count, generator, math.radians(settings.rotation_degrees))
    zoom = torch.exp(_uniform(count, generator, settings.scale))
    stretch = torch.exp(_uniform(count, generator, settings.stretch))
    flip = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    shift = _uniform((len(images), 2), generator, 2 * settings.shift)
    rows = [
        torch.stack([flip * cos, -flip * sin, shift[:, 0]], dim=1),
        torch.stack([sin * stretch, cos * stretch, shift[:, 1]], dim=1),
    ]
    return F.affine_grid(torch.stack(rows, dim=1), list(images.shape), align_corners=False)


def _appearance(images: Tensor, generator: torch.Generator, settings: Augmentation) -> Tensor:
    """Gain, gamma, depth gain, blur, speckle and an acoustic shadow; padding stays black."""
    column = (len(images), 1, 1, 1)
    inside = (images > 0).float()
    depth = torch.linspace(-1, 1, images.shape[-2]).view(1, 1, -1, 1)
    out = images.clamp_min(1e-4) ** torch.exp(_uniform(column, generator, settings.gamma))
    out = out * (1 + _uniform(column, generator, settings.gain))
    out = out + depth * _uniform(column, generator, settings.depth_gain) * 0.5
    blurred = F.avg_pool2d(F.pad(out, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    out = torch.where(torch.rand(column, generator=generator) < settings.blur_probability, blurred, out)
    grain = torch.randn(images.shape, generator=generator)
    out = out * (1 + grain * torch.rand(column, generator=generator) * settings.speckle)
    out = torch.where(
        torch.rand(column, generator=generator) < settings.shadow_probability, out * _shadow(images, generator), out
    )
    return (out * inside).clamp(0, 1)


def _shadow(images: Tensor, generator: torch.Generator) -> Tensor:
    """A soft dark band from a random depth downwards."""
    column = (len(images), 1, 1, 1)
    across = torch.linspace(-1, 1, images.shape[-1]).view(1, 1, 1, -1)
    down = torch.linspace(-1, 1, images.shape[-2]).view(1, 1, -1, 1)
    centre = _uniform(column, generator, 0.9)
    width = 0.05 + 0.2 * torch.rand(column, generator=generator)
    start = _uniform(column, generator, 0.8)
    band = torch.exp(-(((across - centre) / width) ** 2))
    return 1 - 0.7 * band * torch.sigmoid((down - start) * 12)
