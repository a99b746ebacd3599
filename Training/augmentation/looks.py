"""How another scanner shows the same tissue, and what its user draws on it: seen in training so as to tell nothing."""

from __future__ import annotations

import torch
from torch import Tensor

_LEVELS = 256
_QUANTILES = 33
_SAMPLED = 4096  # pixels that an image's distribution is estimated from
_COARSEST = (0.004, 0.03)  # cycles a pixel: the frequencies below which amplitudes are exchanged, drawn between these
_ARM = (0.012, 0.025)  # of the side: half the width of a caliper's cross
_DASH = (3.0, 8.0)  # pixels from dot to dot


def other_looks(images: Tensor, generator: torch.Generator, grey_scale: float, amplitude: float) -> Tensor:
    """Images ``[B, 1, S, S]`` in [0, 1], some with gray values or coarse structure of another of the batch, in part.

    `grey_scale` and `amplitude` are the probabilities. What is 0 (padding) stays 0.
    """
    inside = images > 0
    order = torch.randperm(len(images), generator=generator, device=images.device)
    draws = torch.rand((4, len(images), 1, 1, 1), generator=generator, device=images.device)
    matched = images.lerp(_with_distribution_of(images, images[order], inside, inside[order]), draws[0])
    out = torch.where(draws[1] < grey_scale, matched, images)
    reach = _COARSEST[0] + (_COARSEST[1] - _COARSEST[0]) * float(draws[2, 0])
    out = torch.where(draws[3] < amplitude, _with_amplitudes_of(out, out[order], draws[2], reach), out)
    return (out * inside).clamp(0, 1)


def with_calipers(images: Tensor, generator: torch.Generator) -> Tensor:
    """Images ``[B, 1, S, S]`` with two small crosses at random places and a dotted line between them."""
    side = images.shape[-1]
    pixels = torch.arange(side, device=images.device, dtype=images.dtype)
    down, across = pixels.view(1, 1, -1, 1), pixels.view(1, 1, 1, -1)
    draws = torch.rand((8, len(images), 1, 1, 1), generator=generator, device=images.device)
    x1, y1, x2, y2 = (side * (0.08 + 0.84 * draw) for draw in draws[:4])
    arm = (side * (_ARM[0] + (_ARM[1] - _ARM[0]) * draws[4])).clamp_min(2)
    drawn = torch.zeros_like(images, dtype=torch.bool)
    for x, y in ((x1, y1), (x2, y2)):
        right, below = (across - x).abs(), (down - y).abs()
        upright = ((right < 0.6) & (below < arm)) | ((below < 0.6) & (right < arm))
        diagonal = ((right - below).abs() < 0.8) & (right < 0.8 * arm)
        drawn |= torch.where(draws[5] < 0.5, upright, diagonal)
    length = torch.hypot(x2 - x1, y2 - y1).clamp_min(1)
    along = ((across - x1) * (x2 - x1) + (down - y1) * (y2 - y1)) / length
    beside = ((across - x1) * (y2 - y1) - (down - y1) * (x2 - x1)).abs() / length
    step = _DASH[0] + (_DASH[1] - _DASH[0]) * draws[6]
    dots = (beside < 0.7) & (along > 0) & (along < length) & (along % step < 1.5)
    brightness = 0.6 + 0.4 * draws[7]
    return torch.where(drawn | (dots & (draws[6] < 0.7)), brightness, images)


def _with_distribution_of(images: Tensor, others: Tensor, inside: Tensor, inside_other: Tensor) -> Tensor:
    """Each image's gray values moved so that their quantiles are those of the other image beside it."""
    levels = torch.linspace(0, 1, _LEVELS, device=images.device)
    out = torch.empty_like(images)
    for number, (image, other) in enumerate(zip(images, others, strict=True)):
        own, wanted = _quantiles(image[inside[number]]), _quantiles(other[inside_other[number]])
        place = torch.searchsorted(own, levels.contiguous()).clamp(1, _QUANTILES - 1)
        low, high = own[place - 1], own[place]
        share = ((levels - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)
        table = wanted[place - 1].lerp(wanted[place], share)
        out[number] = table[(image * (_LEVELS - 1)).round().long()]
    return out


def _quantiles(values: Tensor) -> Tensor:
    if not len(values):
        return torch.linspace(0, 1, _QUANTILES, device=values.device)
    some = values[:: max(1, len(values) // _SAMPLED)]
    return torch.quantile(some, torch.linspace(0, 1, _QUANTILES, device=values.device))


def _with_amplitudes_of(images: Tensor, others: Tensor, share: Tensor, reach: float) -> Tensor:
    """The phases of `images` with amplitudes below `reach` cycles a pixel drawn towards those of `others`."""
    side = images.shape[-1]
    spectrum = torch.fft.rfft2(images.float())
    amplitude, wanted = spectrum.abs(), torch.fft.rfft2(others.float()).abs()
    down = torch.fft.fftfreq(side, device=images.device).view(-1, 1)
    across = torch.fft.rfftfreq(side, device=images.device).view(1, -1)
    coarse = torch.hypot(down, across) < reach
    mixed = torch.where(coarse, amplitude.lerp(wanted, share), amplitude)
    return torch.fft.irfft2(torch.polar(mixed, spectrum.angle()), s=images.shape[-2:]).to(images.dtype)
