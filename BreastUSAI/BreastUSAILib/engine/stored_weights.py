"""Weights as a bundle's file holds them: a state dict of fp16, or of whole numbers of eight bits with their scales.

An eight-bit tensor ``[N, ...]`` of the name ``X`` has its scales ``[N]`` beside it under the name ``X.scale``, one for
each place of its first dimension, which is that of the output channels in most layers: the weight is the whole number
times its channel's scale. Both are plain tensors, so that the file stays what `torch.load` reads with
``weights_only=True``. `Training/bundles/packing.py` writes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

SCALE = ".scale"
"""What follows an eight-bit tensor's name in that of its scales."""


def load_weights(path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a bundle's weights file, on the CPU.

    Raises what `torch.load` and `unpacked` raise.
    """
    import torch

    return unpacked(torch.load(path, map_location="cpu", weights_only=True))


def unpacked(stored: Any) -> dict[str, torch.Tensor]:
    """The state dict that a file's content stands for, its eight-bit tensors as float32 and all others as they are.

    Raises ValueError for what is no state dict, and for an eight-bit tensor without a scale for each of its channels.
    """
    import torch

    if not isinstance(stored, dict) or not all(isinstance(value, torch.Tensor) for value in stored.values()):
        raise ValueError("the file holds no state dict")
    packed = {name for name, value in stored.items() if value.dtype == torch.int8}
    weights = {}
    for name, value in stored.items():
        if name in packed:
            scale = stored.get(name + SCALE)
            if scale is None or not scale.is_floating_point() or scale.shape != value.shape[:1]:
                raise ValueError(f"'{name}' has eight bits and no scale for each of its channels")
            weights[name] = value.float() * scale.float().reshape(-1, *[1] * (value.ndim - 1))
        elif name.removesuffix(SCALE) not in packed:
            weights[name] = value
    return weights
