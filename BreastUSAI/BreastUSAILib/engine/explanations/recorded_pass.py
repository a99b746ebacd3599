"""One forward pass that an explanation and the classification share, and the maps in [0, 1] beside its logits."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Explained = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Logits ``[B, K]`` and heat maps ``[B, h, w]`` in [0, 1], from one forward pass."""


def peaked(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps ``[B, h, w]`` of values from 0 on, each divided by its own maximum; a map of zeros stays one."""
    peaks = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, peaks, out=np.zeros_like(maps), where=peaks > 0)


class RecordedPass(nn.Module):
    """A network that keeps the logits of its last pass, so that an explanation needs no second one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self._recurrent = any(isinstance(part, nn.RNNBase) for part in network.modules())
        self._logits: Tensor | None = None

    def forward(self, images: Tensor) -> Tensor:
        logits = self.network(images)
        self._logits = logits.detach()
        return logits

    def taken(self) -> NDArray[np.float32]:
        """The logits ``[B, K]`` of the last pass."""
        assert self._logits is not None
        return self._logits.float().cpu().numpy()

    def differentiable(self) -> AbstractContextManager:
        """cuDNN's recurrent layers have no backward pass in evaluation mode; torch's own have."""
        return torch.backends.cudnn.flags(enabled=False) if self._recurrent else nullcontext()
