"""Captum's own two grades of an explanation: infidelity and sensitivity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from captum.metrics import infidelity, sensitivity_max
from numpy.typing import NDArray
from torch import Tensor

SAMPLES = 16
"""Of changed images for the infidelity."""
FEWER_SAMPLES = 4
"""Of changed images for the sensitivity: each is explained."""
NOISE = 0.1
"""Standard deviation of the changes, in units of the prepared image's."""
RADIUS = 0.02
"""The largest change of any pixel for the sensitivity, in units of the prepared image's."""
SEED = 20261201

Predict = Callable[[NDArray[np.float32]], NDArray[np.floating]]
Explain = Callable[[NDArray[np.float32]], NDArray[np.floating]]


def infidelity_of(image: NDArray[np.float32], heat: NDArray[np.floating], predict: Predict) -> float:
    """By how much a map mistakes what changes of the image do to the output (Yeh et al. 2019, arXiv:1901.09392).

    The map is scaled to the output by Captum; the changes are Gaussian noise. The same call gives the same value.

    Args:
        image: the prepared image ``[S, S]``.
        heat: the map ``[S, S]``.
        predict: prepared images ``[N, S, S]`` to the output ``[N]``.
    """
    image_batch = torch.from_numpy(image)[None, None]
    attribution = torch.from_numpy(np.asarray(heat, np.float32))[None, None]
    with _seeded():
        found = infidelity(
            _forward(predict), _noise, image_batch, attribution, n_perturb_samples=SAMPLES, normalize=True
        )
    return float(found[0])


def sensitivity_of(image: NDArray[np.float32], explain: Explain) -> float:
    """By how much a map may change, relative to itself, where the image hardly does (Yeh et al. 2019).

    Of `FEWER_SAMPLES` images whose pixels differ by at most `RADIUS` the largest. The same call gives the same value.

    Args:
        image: the prepared image ``[S, S]``.
        explain: a prepared image to its map ``[S, S]``.
    """

    def maps(images: tuple[Tensor, ...], **_: object) -> tuple[Tensor, ...]:
        found = [np.asarray(explain(one), np.float32) for one in images[0][:, 0].detach().cpu().numpy()]
        return (torch.from_numpy(np.stack(found)[:, None]),)

    with _seeded():
        found = sensitivity_max(
            maps, torch.from_numpy(image)[None, None], perturb_radius=RADIUS, n_perturb_samples=FEWER_SAMPLES
        )
    return float(found[0])


def _noise(images: Tensor, *_: object) -> tuple[Tensor, Tensor]:
    noise = torch.randn_like(images) * NOISE
    return noise, images - noise


def _forward(predict: Predict) -> Callable[..., Tensor]:
    def forward(images: Tensor, *_: object) -> Tensor:
        return torch.from_numpy(np.asarray(predict(images[:, 0].detach().cpu().numpy()), np.float32))

    return forward


@contextmanager
def _seeded() -> Iterator[None]:
    """The block draws the same random numbers each time, and nobody else's are changed by it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        yield
