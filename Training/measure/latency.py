"""How long a network takes on the CPU, as a ratio to EfficientNet-B0 timed in turns beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import torch
from torch import nn

from BreastUSAILib.engine.networks.folding import fold_for_inference

TURNS = 7


def latency_ratio(network: nn.Module, side: int, channels: int, reference: Callable[[], object]) -> float:
    """Median over turns of one image's forward pass (side `side`) against the reference's, both warm."""
    run = forward_pass(network, side, channels)
    pairs = [(_seconds(reference), _seconds(run)) for _ in range(TURNS)]
    return median(own / other for other, own in pairs[2:])


def forward_pass(network: nn.Module, side: int, channels: int) -> Callable[[], object]:
    """One image through a network that is made ready as the product does it."""
    ready = fold_for_inference(network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    image = torch.rand(1, channels, side, side).contiguous(memory_format=torch.channels_last)

    def run() -> object:
        with torch.inference_mode():
            return ready(image)

    return run


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
