"""How large a network would be, found on torch's meta device, where a tensor has a shape and takes no memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_modules
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from ..bundle_limits import (
    LARGEST_MAP,
    MOST_FRAMES_AT_ONCE,
    MOST_LAYERS,
    MOST_MAP_VALUES,
    MOST_MULTIPLICATIONS,
    MOST_OPERATIONS,
    MOST_VALUES_AT_ONCE,
    MOST_WEIGHTS,
)
from ..errors import ModelError
from ..networks.network_definitions import build_network

_REMEDY = "Use a smaller network, or a smaller input"
_PRODUCTS = {"convolution", "mm", "addmm", "bmm"}


class TooLarge(Exception):
    """A network passes a bound of `bundle_limits`; no ValueError, so that nothing on the way takes it for its own."""


@dataclass(frozen=True)
class NetworkSize:
    """What a network takes.

    Args:
        shapes: of its state dict, by name.
        map_values: numbers that one image becomes on its way through it.
    """

    shapes: Mapping[str, tuple[int, ...]]
    map_values: int

    @property
    def frames_at_once(self) -> int:
        """How many frames may go through it together."""
        return max(1, min(MOST_FRAMES_AT_ONCE, MOST_VALUES_AT_ONCE // max(self.map_values, 1)))


def checked_size(definition: Mapping[str, Any], channels: int, side: int, *, where: object = None) -> NetworkSize:
    """The size of a network that stays within `bundle_limits`; nothing is allocated.

    Args:
        definition: a bundle's ``network_def``.
        channels: of the input.
        side: of the square input, in pixels.
        where: the file that an error names.

    Raises ModelError for a network or an image's way through it that is too large, and what `build_network` raises.
    """
    try:
        with torch.device("meta"), _bounded_layers():
            network = build_network(definition, where=where).eval()
        shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
        with torch.no_grad(), _Pass() as way:
            network(torch.empty(1, channels, side, side, device="meta"))
    except TooLarge as error:
        raise ModelError(f"the network is too large ({error})", where=where, remedy=_REMEDY) from error
    except (RuntimeError, ValueError, LookupError, TypeError, AssertionError, ArithmeticError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"the network does not take its own input ({reason})", where=where, remedy="Repair the bundle"
        ) from error
    return NetworkSize(shapes, way.values)


@contextmanager
def _bounded_layers() -> Iterator[None]:
    """End the making of a network, in this thread, at its layer or weight too many."""
    count, thread = _Count(), threading.get_ident()

    def on_module(_owner: nn.Module, _name: str, _module: nn.Module | None) -> None:
        if threading.get_ident() == thread:
            count.layers += 1
            if count.layers > MOST_LAYERS:
                raise TooLarge(f"more than {MOST_LAYERS} layers")

    def on_weight(_owner: nn.Module, _name: str, weight: Tensor | None) -> None:
        if weight is not None and threading.get_ident() == thread:
            count.weights += weight.numel()
            if count.weights > MOST_WEIGHTS:
                raise TooLarge(f"more than {MOST_WEIGHTS / 1e6:.0f} million weights")

    hooks = (
        torch_modules.register_module_module_registration_hook(on_module),
        torch_modules.register_module_parameter_registration_hook(on_weight),
        torch_modules.register_module_buffer_registration_hook(on_weight),
    )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@dataclass
class _Count:
    layers: int = 0
    weights: int = 0


class _Pass(TorchDispatchMode):
    """Counts what one image becomes on its way, and ends it at what is too much."""

    def __init__(self) -> None:
        super().__init__()
        self.values = self._operations = self._multiplications = 0

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = operation(*args, **(kwargs or {}))
        given = [one for one in tree_flatten((args, kwargs))[0] if isinstance(one, Tensor)]
        made = [one for one in tree_flatten(result)[0] if isinstance(one, Tensor)]
        self._operations += 1
        self._count_values(given, made)
        if operation.overloadpacket.__name__ in _PRODUCTS:
            self._multiplications += _multiplications(operation.overloadpacket.__name__, args, made[0])
        if self._operations > MOST_OPERATIONS:
            raise TooLarge(f"more than {MOST_OPERATIONS} steps for one image")
        if self._multiplications > MOST_MULTIPLICATIONS:
            raise TooLarge(f"more than {MOST_MULTIPLICATIONS / 1e9:.0f} thousand million multiplications for one image")
        return result

    def _count_values(self, given: list[Tensor], made: list[Tensor]) -> None:
        """Views of what was given take no memory of their own."""
        known = {one.untyped_storage()._cdata for one in given}
        for one in made:
            if one.untyped_storage()._cdata not in known:
                self.values += one.numel()
                if one.numel() > LARGEST_MAP:
                    raise TooLarge(f"a feature map of more than {LARGEST_MAP / 1e6:.0f} million values for one image")
        if self.values > MOST_MAP_VALUES:
            raise TooLarge(f"more than {MOST_MAP_VALUES / 1e6:.0f} million values for one image")


def _multiplications(name: str, args: Any, made: Tensor) -> int:
    if name == "convolution":
        weight = args[1]
        return int(args[0].numel() if args[6] else made.numel()) * int(weight.numel() // max(weight.shape[0], 1))
    return made.numel() * int(args[1 if name == "addmm" else 0].shape[-1])
