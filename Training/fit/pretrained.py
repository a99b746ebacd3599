"""Weights to start from: a pretrained encoder, a whole state dict, or a bundle."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from BreastUSAILib.engine.bundles.stored_weights import unpacked
from BreastUSAILib.engine.errors import ModelError


def read_state(path: Path) -> dict[str, Tensor]:
    """A state dict from a file. Raises ModelError where it is none."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises RuntimeError, UnpicklingError, OSError and more here
        raise ModelError(f"the file {unreadable(error)}", where=path, remedy="Give a state-dict file") from error
    state = state.get("state_dict", state) if isinstance(state, dict) else state
    try:
        return unpacked(state)
    except ValueError as error:
        raise ModelError(str(error), where=path, remedy="Give a state-dict file") from error


def unreadable(error: Exception) -> str:
    """Why torch could not load a file, without its own advice, which is to load it unsafely."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})"
    return "is damaged, or holds something other than weights"


def load_encoder(network: nn.Module, prefix: str, path: Path) -> None:
    """Copy pretrained weights below `prefix`; an RGB first layer is summed to grey (or to the channels there are).

    Whatever the file lacks keeps its start values. Raises ModelError where the first layer is missing or a shape
    differs.
    """
    own = network.state_dict()
    source = {prefix + key: value for key, value in read_state(path).items()}
    copied = {key: _in_grey(value, own[key]) for key, value in source.items() if key in own}
    for key in [key for key, value in copied.items() if _is_head(value, own[key])]:
        del copied[key]  # a classification layer of another number of classes starts anew
    misfits = [key for key, value in copied.items() if value.shape != own[key].shape]
    first = next((key for key in own if key.startswith(prefix)), prefix)
    if first not in copied or misfits:
        raise ModelError(
            f"the weights are of another architecture ({misfits[0] if misfits else 'no ' + first})",
            where=path,
            remedy="Give weights of the recipe's own network to --pretrained",
        )
    network.load_state_dict(copied, strict=False)


def load_whole(network: nn.Module, path: Path, *, told_by: Path) -> None:
    """Copy every weight of a bundle, whose architecture `told_by` states. Raises ModelError where they do not fit."""
    try:
        network.load_state_dict(read_state(path))
    except RuntimeError as error:
        raise ModelError(
            "the bundle is of another architecture than the recipe",
            where=told_by,
            remedy="Give the recipe that the bundle was trained by",
        ) from error


def _in_grey(value: Tensor, own: Tensor) -> Tensor:
    """A first layer for RGB, summed for one grey channel; further channels of the network's own start at zero."""
    if value.ndim != 4 or value.shape[1] != 3 or own.ndim != 4 or own.shape[1] not in (1, 2):
        return value
    grey = value.sum(dim=1, keepdim=True)
    return torch.cat([grey, *[torch.zeros_like(grey)] * (own.shape[1] - 1)], dim=1)


def _is_head(value: Tensor, own: Tensor) -> bool:
    """Whether two tensors differ in their number of outputs alone, as a last layer's do."""
    return value.shape != own.shape and value.ndim in (1, 2) and value.shape[1:] == own.shape[1:]
