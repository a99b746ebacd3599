"""Dataclasses as plain JSON values and back, field for field, by their type hints."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np


def to_plain(value: Any, without: tuple[str, ...] = ()) -> Any:
    """`value` as what `json` writes: dataclasses become objects, enums their values, tuples and arrays lists.

    Floats keep every bit. `without` names fields of the outermost dataclass that are left out.
    """
    if is_dataclass(value):
        names = (item.name for item in fields(value) if item.init and item.name not in without)
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return value


def from_plain(kind: Any, value: Any, **given: Any) -> Any:
    """A `kind` from what `to_plain` gave for it; `given` are fields of the outermost dataclass that it left out.

    Raises TypeError or ValueError where `value` is something else, and whatever the dataclass itself raises.
    """
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind, value, given)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _one_of(arguments, value)
    if origin is tuple:
        return _tuple(arguments, value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        _expect(value, dict)
        return {from_plain(arguments[0], key): from_plain(arguments[1], item) for key, item in value.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if origin is np.ndarray or kind is np.ndarray:
        _expect(value, list)
        return np.array(value)
    if kind is float:
        _expect(value, (int, float))
    elif isinstance(kind, type):
        _expect(value, kind)
    return value


def _dataclass(kind: Any, value: Any, given: Mapping[str, Any]) -> Any:
    _expect(value, dict)
    hints = _hints(kind)
    unknown = set(value) - set(hints)
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{name: from_plain(hints[name], item) for name, item in value.items()}, **given)


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    """Of hints such as ``float | None``: None where it is None, else the other kind."""
    if value is None and types.NoneType in kinds:
        return None
    (kind,) = (item for item in kinds if item is not types.NoneType)
    return from_plain(kind, value)


def _tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    _expect(value, list)
    if kinds[1:] == (...,):
        return tuple(from_plain(kinds[0], item) for item in value)
    return tuple(from_plain(kind, item) for kind, item in zip(kinds, value, strict=True))


def _expect(value: Any, kind: Any) -> None:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{type(value).__name__} {str(value)[:50]!r} where {kind} is wanted")


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
