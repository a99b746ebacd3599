"""Weights as a bundle's file holds them: a state dict of fp16, or of whole numbers of eight bits with their scales.

An eight-bit tensor ``[N, ...]`` of the name ``X`` has its scales ``[N]`` beside it under the name ``X.scale``, one for
each place of its first dimension, which is that of the output channels in most layers: the weight is the whole number
times its channel's scale. Both are plain tensors, so that the file stays what `torch.save` writes of a state dict.
`Training/bundles/packing.py` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .weight_archive import WeightArchive

if TYPE_CHECKING:
    import torch

SCALE = ".scale"
"""What follows an eight-bit tensor's name in that of its scales."""


def load_weights(content: bytes, shapes: Mapping[str, Iterable[int]] | None = None) -> dict[str, torch.Tensor]:
    """The state dict in the bytes of a weights file, on the CPU, its eight-bit tensors as float32.

    Args:
        content: the file.
        shapes: of the network's own tensors; they are compared before any weight is read. None compares nothing.

    Raises ValueError for what is not a state dict, does not have these shapes, or holds a number that is not finite.
    """
    archive = WeightArchive(content)
    if shapes is not None:
        _compare(archive, shapes)
    weights = unpacked({name: archive.read(name) for name in archive.tensors})
    for name, value in weights.items():
        if value.is_floating_point() and not bool(value.isfinite().all()):
            raise ValueError(f"'{name}' holds a number that is not finite")
    return weights


def _compare(archive: WeightArchive, shapes: Mapping[str, Iterable[int]]) -> None:
    packed = {name for name, tensor in archive.tensors.items() if tensor.kind == "int8"}
    found = {name: tensor.shape for name, tensor in archive.tensors.items() if name.removesuffix(SCALE) not in packed}
    found |= {name: archive.tensors[name].shape for name in packed}
    wanted = {name: tuple(shape) for name, shape in shapes.items()}
    for name in sorted(found.keys() | wanted.keys()):
        if found.get(name) != wanted.get(name):
            raise ValueError(
                f"they do not fit the network, whose '{name}' is {_sides(wanted.get(name))}"
                f" and theirs is {_sides(found.get(name))}"
            )


def _sides(shape: tuple[int, ...] | None) -> str:
    return "absent" if shape is None else " x ".join(map(str, shape)) or "one number"


def unpacked(stored: Any) -> dict[str, torch.Tensor]:
    """The state dict that a file's content stands for, its eight-bit tensors as float32 and all others as they are.

    Raises ValueError for what is not a state dict, and for an eight-bit tensor without a scale for every channel.
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
