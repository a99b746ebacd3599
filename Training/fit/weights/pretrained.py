"""Weights to start from: a pretrained encoder, a whole state dict, or a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from BreastUSAILib.engine.bundles.stored_weights import unpacked
from BreastUSAILib.engine.errors import ModelError, one_line

TRUNK = "trunk."
"""Where the weights of a classifier's trunk are in its state dict."""

_PROVENANCE = ("source", "source_sha256", "licence", "trained_on")
_LONGEST = 200
_COUNTER = "num_batches_tracked"  # which older files lack
_LAST_LAYER = "fc."  # of the project's own classifiers, whose state dicts begin with it


def read_state(path: Path) -> dict[str, Tensor]:
    """A state dict from a file. Raises ModelError where it does not hold one."""
    state = _loaded(path)
    state = state.get("state_dict", state) if isinstance(state, dict) else state
    try:
        return unpacked(state)
    except ValueError as error:
        raise ModelError(str(error), where=path, remedy="Give a state-dict file") from error


def read_provenance(path: Path) -> dict[str, str]:
    """What a state-dict file says of where its weights are from; empty where it says nothing. Raises ModelError."""
    state = _loaded(path)
    told = state.get("provenance") if isinstance(state, dict) else None
    if not isinstance(told, dict):
        return {}
    return {key: one_line(told[key])[:_LONGEST] for key in _PROVENANCE if isinstance(told.get(key), str)}


def _loaded(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises RuntimeError, UnpicklingError, OSError and more here
        raise ModelError(f"the file {unreadable(error)}", where=path, remedy="Give a state-dict file") from error


def unreadable(error: Exception) -> str:
    """Why torch could not load a file, without its own advice, which is to load it unsafely."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})"
    return "is damaged, or holds something other than weights"


def load_encoder(
    network: nn.Module, prefix: str, path: Path, branches: Mapping[str, str] = MappingProxyType({})
) -> str | None:
    """Copy pretrained weights below `prefix`; an RGB first layer is summed to gray (or to the channels there are).

    A file that has the first weight of a branch, and not the network's own, goes into that branch and must fill it;
    the branch's name is returned. `branches` gives the place of each in the network by the recipe whose trunk it is.
    Whatever else the file lacks keeps its start values. Raises ModelError, which names one weight, where the first
    or one of a branch is missing, a shape differs, or most of the file's weights have no place.
    """
    own = network.state_dict()
    source, needed, branch = _placed(read_state(path), list(own), prefix, branches)
    copied = {key: _in_gray(value, own[key]) for key, value in source.items() if key in own}
    for key in [key for key, value in copied.items() if _is_head(value, own[key])]:
        del copied[key]  # a classification layer of another number of classes starts anew
    problems = [f"{key} of another shape" for key, value in copied.items() if value.shape != own[key].shape]
    problems += [f"no {key}" for key in needed if key not in source]
    homeless = [key for key in source if key not in own]
    if 2 * len(homeless) > len(source):
        problems.append(f"no place for {homeless[0]}")
    if problems:
        fitting = ["the recipe's own network", *branches]
        raise ModelError(
            f"the weights are of another architecture ({problems[0]})",
            where=path,
            remedy=f"Give weights of {' or of '.join(fitting)} to --pretrained",
        )
    network.load_state_dict(copied, strict=False)
    return branch


def _placed(
    state: Mapping[str, Tensor], own: Sequence[str], prefix: str, branches: Mapping[str, str]
) -> tuple[dict[str, Tensor], list[str], str | None]:
    """A file's weights by their names in the network, the names that it must have, and the branch they are for."""
    source = {prefix + key: value for key, value in state.items()}
    first = next((key for key in own if key.startswith(prefix) and not key.startswith(_LAST_LAYER)), prefix)
    if first in source:
        return source, [first], None
    for branch, place in branches.items():
        wanted = [key for key in own if key.startswith(place) and not key.endswith(_COUNTER)]
        moved = {place + key.removeprefix(TRUNK): value for key, value in state.items() if key.startswith(TRUNK)}
        if wanted[0] in moved:
            return moved, wanted, branch
    return source, [first], None


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


def _in_gray(value: Tensor, own: Tensor) -> Tensor:
    """A first layer for RGB, summed for one gray channel; further channels of the network's own start at zero."""
    if value.ndim != 4 or value.shape[1] != 3 or own.ndim != 4 or own.shape[1] not in (1, 2):
        return value
    gray = value.sum(dim=1, keepdim=True)
    return torch.cat([gray, *[torch.zeros_like(gray)] * (own.shape[1] - 1)], dim=1)


def _is_head(value: Tensor, own: Tensor) -> bool:
    """Whether two tensors differ in their number of outputs alone, as a last layer's do."""
    return value.shape != own.shape and value.ndim in (1, 2) and value.shape[1:] == own.shape[1:]
