"""What every explanation of a class has in common: how it is called, and maps in [0, 1]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

GRAD_CAM = "Grad-CAM"
SALIENCY = "Saliency"

Explained = tuple[NDArray[np.float32], NDArray[np.float32]]
"""Logits ``[B, K]`` and heat maps ``[B, h, w]`` in [0, 1], from one forward pass."""


class Explainer(Protocol):
    """Explains one class of one network; `method` and `layer` say how, as in `analysis.json`."""

    method: str
    layer: str

    def __call__(self, images: Tensor, target: int) -> Explained:
        """Logits and maps of class `target` for images ``[B, C, S, S]``."""


def peaked(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps ``[B, h, w]`` of values from 0 on, each divided by its own maximum; a map of zeros stays one."""
    peaks = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, peaks, out=np.zeros_like(maps), where=peaks > 0)
