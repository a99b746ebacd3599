"""One forward pass that an explanation and the classification share."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn


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
