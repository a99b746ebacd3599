from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from .definitions import SIDE


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.fixture
def images() -> Tensor:
    """Two images, each with a square lesion's mask as its second channel."""
    images = torch.rand(2, 2, SIDE, SIDE)
    images[:, 1] = 0
    images[:, 1, 16:48, 16:48] = 1
    return images


@pytest.fixture
def used() -> Callable[[nn.Module], nn.Module]:
    """Moves batch statistics away from their start, as training does; returns the network for evaluation."""

    def use(network: nn.Module) -> nn.Module:
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.running_mean, std=0.1)
                nn.init.uniform_(module.running_var, 0.5, 1.5)
        return network.eval()

    return use
