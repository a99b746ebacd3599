"""The attention gates of a segmenter: where they are, and what they let pass."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from monai.networks.nets.attentionunet import AttentionBlock
from torch import Tensor, nn


@dataclass(frozen=True)
class Gate:
    """One gate of a network, with the shares ``[h, w]`` in [0, 1] of what it let pass of an image."""

    name: str
    shares: Tensor


def has_gates(network: nn.Module) -> bool:
    """Whether a network has attention gates."""
    return any(isinstance(module, AttentionBlock) for module in network.modules())


def gates_of(network: nn.Module, image: Tensor) -> list[Gate]:
    """The gates in the order in which the image ``[1, 1, T, T]`` comes through: the last is the finest."""
    names = {module: name for name, module in network.named_modules() if isinstance(module, AttentionBlock)}
    found: list[Gate] = []

    def note(gate: AttentionBlock, output: Tensor) -> None:
        found.append(Gate(names[gate], output[0, 0].float()))

    hooks = [
        gate.psi.register_forward_hook(lambda _psi, _given, output, gate=gate: note(gate, output)) for gate in names
    ]
    try:
        with torch.no_grad():
            network(image)
    finally:
        for hook in hooks:
            hook.remove()
    return found
