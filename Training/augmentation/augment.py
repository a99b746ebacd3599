"""Augmentation on a batch, as ultrasound allows it: never upside down, never sheared."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .looks import other_looks, with_calipers


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random changes; each is drawn anew for every image of a batch.

    Args:
        flip: probability of a left-right mirror image.
        rotation_degrees: largest rotation.
        zoom: largest natural logarithm of the depth zoom, in and out.
        stretch: the same, of the height against the width.
        shift: largest shift as a share of the side.
        gamma: largest natural logarithm of the exponent on the gray values (dynamic range).
        gain: largest relative change of the overall gain.
        depth_gain: largest change of the gray value from top to bottom (time-gain compensation).
        speckle: largest relative standard deviation of multiplicative grain, half of it correlated over 2 pixels.
        blur: probability of a 3x3 mean filter.
        coarse: probability of a loss of resolution, down to half.
        shadow: probability of a soft dark band from a random depth downwards.
        erase: probability that one rectangle is set to gray, as a caliper box or menu would.
        grey_scale: probability that the gray values take the distribution of another image of the batch, in part.
        amplitude: probability that coarse structure, the lowest spatial frequencies' amplitudes, does (Yang and Soatto
            2020, arXiv:2004.05498).
        calipers: probability that a pair of calipers with a dotted line between them is drawn, anywhere.
        mixup: probability that a whole batch is mixed with itself in another order (Zhang et al. 2018).
        cutmix: the same by rectangles (Yun et al. 2019).
    """

    flip: float = 0.5
    rotation_degrees: float = 12.0
    zoom: float = 0.30
    stretch: float = 0.15
    shift: float = 0.10
    gamma: float = 0.45
    gain: float = 0.25
    depth_gain: float = 0.30
    speckle: float = 0.15
    blur: float = 0.25
    coarse: float = 0.20
    shadow: float = 0.15
    erase: float = 0.0
    grey_scale: float = 0.0
    amplitude: float = 0.0
    calipers: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0


MOST = {
    **dict.fromkeys(("flip", "blur", "coarse", "shadow", "erase", "mixup", "cutmix"), 1.0),  # probabilities
    **dict.fromkeys(("grey_scale", "amplitude", "calipers"), 1.0),  # probabilities too
    **dict.fromkeys(("shift", "gain", "depth_gain", "speckle"), 1.0),
    **dict.fromkeys(("zoom", "stretch", "gamma"), 1.5),  # logarithms: 4.5 times
    "rotation_degrees": 45.0,  # never towards upside down
}
"""The largest value that each field of `Augmentation` may be given; the least is 0."""

NO_AUGMENTATION = Augmentation(*([0.0] * len(MOST)))


def augment(images: Tensor, masks: Tensor, generator: torch.Generator, settings: Augmentation) -> tuple[Tensor, Tensor]:
    """Random variants of images and masks, both ``[B, 1, S, S]`` float in [0, 1]; masks come back as 0 or 1."""
    grid = _grid(images, generator, settings)
    images = F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    masks = F.grid_sample(masks, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    if settings.grey_scale or settings.amplitude:
        images = other_looks(images, generator, settings.grey_scale, settings.amplitude)
    images = _appearance(images, generator, settings)
    if settings.calipers:
        images = torch.where(_chance(images, generator, settings.calipers), with_calipers(images, generator), images)
    return images, (masks > 0.5).float()


def _uniform(shape: tuple[int, ...], generator: torch.Generator, reach: float) -> Tensor:
    return (torch.rand(shape, generator=generator, device=generator.device) * 2 - 1) * reach


def _chance(images: Tensor, generator: torch.Generator, probability: float) -> Tensor:
    return torch.rand((len(images), 1, 1, 1), generator=generator, device=generator.device) < probability


def _grid(images: Tensor, generator: torch.Generator, settings: Augmentation) -> Tensor:
    """Flip, rotation, zoom, depth stretch and shift as a sampling grid."""
    count = (len(images),)
    angle = _uniform(count, generator, math.radians(settings.rotation_degrees))
    zoom = torch.exp(_uniform(count, generator, settings.zoom))
    stretch = torch.exp(_uniform(count, generator, settings.stretch))
    flip = torch.where(_chance(images, generator, settings.flip).flatten(), -1.0, 1.0)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    shift = _uniform((len(images), 2), generator, 2 * settings.shift)
    rows = [
        torch.stack([flip * cos, -flip * sin, shift[:, 0]], dim=1),
        torch.stack([sin * stretch, cos * stretch, shift[:, 1]], dim=1),
    ]
    return F.affine_grid(torch.stack(rows, dim=1), list(images.shape), align_corners=False)


def _appearance(images: Tensor, generator: torch.Generator, settings: Augmentation) -> Tensor:
    """Gain, gamma, depth gain, resolution, speckle and an acoustic shadow; padding stays black."""
    column = (len(images), 1, 1, 1)
    inside = (images > 0).float()
    depth = torch.linspace(-1, 1, images.shape[-2], device=images.device).view(1, 1, -1, 1)
    out = images.clamp_min(1e-4) ** torch.exp(_uniform(column, generator, settings.gamma))
    out = out * (1 + _uniform(column, generator, settings.gain))
    out = out + depth * _uniform(column, generator, settings.depth_gain) * 0.5
    out = torch.where(_chance(images, generator, settings.blur), _mean_filter(out), out)
    out = torch.where(_chance(images, generator, settings.coarse), _coarse(out, generator), out)
    grain = torch.randn(images.shape, generator=generator, device=images.device)
    grain = torch.where(_chance(images, generator, 0.5), grain, _mean_filter(grain) * 2)
    strength = torch.rand(column, generator=generator, device=images.device) * settings.speckle
    out = out * (1 + grain * strength)
    out = torch.where(_chance(images, generator, settings.shadow), out * _shadow(images, generator), out)
    out = torch.where(_chance(images, generator, settings.erase), _erased(out, generator), out)
    return (out * inside).clamp(0, 1)


def _mean_filter(images: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, stride=1)


def _coarse(images: Tensor, generator: torch.Generator) -> Tensor:
    """The whole batch at one random lower resolution."""
    share = 0.5 + 0.5 * float(torch.rand(1, generator=generator, device=generator.device))
    small = F.interpolate(images, scale_factor=share, mode="bilinear", antialias=True)
    return F.interpolate(small, images.shape[-2:], mode="bilinear")


def _shadow(images: Tensor, generator: torch.Generator) -> Tensor:
    """A soft dark band from a random depth downwards."""
    column = (len(images), 1, 1, 1)
    across = torch.linspace(-1, 1, images.shape[-1], device=images.device).view(1, 1, 1, -1)
    down = torch.linspace(-1, 1, images.shape[-2], device=images.device).view(1, 1, -1, 1)
    center = _uniform(column, generator, 0.9)
    width = 0.05 + 0.2 * torch.rand(column, generator=generator, device=images.device)
    start = _uniform(column, generator, 0.8)
    band = torch.exp(-(((across - center) / width) ** 2))
    return 1 - 0.7 * band * torch.sigmoid((down - start) * 12)


def _erased(images: Tensor, generator: torch.Generator) -> Tensor:
    """One rectangle of up to a third of each side at one gray value."""
    column = (len(images), 1, 1, 1)
    across = torch.linspace(-1, 1, images.shape[-1], device=images.device).view(1, 1, 1, -1)
    down = torch.linspace(-1, 1, images.shape[-2], device=images.device).view(1, 1, -1, 1)
    x, y = _uniform(column, generator, 0.9), _uniform(column, generator, 0.9)
    width, height = (0.05 + 0.28 * torch.rand(column, generator=generator, device=images.device) for _ in range(2))
    box = ((across - x).abs() < width) & ((down - y).abs() < height)
    return torch.where(box, torch.rand(column, generator=generator, device=images.device), images)
