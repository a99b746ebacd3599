"""What a weights file says of its tensors, read as data: the pickle inside is interpreted here and never run.

`torch.save` writes the structure of a state dict as a pickle (protocol 2) of a dozen kinds of steps. Only these are
known here, and only these four names in them; every other step or name ends the reading. Nothing is imported, called
or allocated by what a file says, so it does not matter which torch is installed.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

STORAGES: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "DoubleStorage": ("float64", 8),
        "FloatStorage": ("float32", 4),
        "HalfStorage": ("float16", 2),
        "BFloat16Storage": ("bfloat16", 2),
        "LongStorage": ("int64", 8),
        "IntStorage": ("int32", 4),
        "ShortStorage": ("int16", 2),
        "CharStorage": ("int8", 1),
        "ByteStorage": ("uint8", 1),
    }
)
"""torch's storage classes: name of the element type, and its bytes."""

_MOST_DIMENSIONS = 8
_LARGEST = 1 << 48
_MARK = object()


@dataclass(frozen=True)
class StoredTensor:
    """A tensor that a file describes: its element type, and which elements of which stored piece it is.

    Args:
        kind: torch's name of the element type.
        piece: name of the stored piece.
        length: elements in that piece.
        offset: first element in it.
        shape: of the tensor.
        strides: elements from one place of each dimension to the next.
    """

    kind: str
    piece: str
    length: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def count(self) -> int:
        """Elements of the tensor."""
        count = 1
        for side in self.shape:
            count *= side
        return count


@dataclass(frozen=True)
class _Piece:
    kind: str
    name: str
    length: int


class _Table(dict):
    """A dict of the file, apart from any other one."""


def stored_tensors(pickled: bytes) -> dict[str, StoredTensor]:
    """The tensors of a state dict by name, from the pickle of a weights file. Raises ValueError for anything else."""
    table = _Reader().read(pickled)
    if not isinstance(table, _Table) or not all(isinstance(value, StoredTensor) for value in table.values()):
        raise ValueError("the file holds no state dict")
    return dict(table)


def _tensor(piece: Any, offset: Any, shape: Any, strides: Any, *_rest: Any) -> StoredTensor:
    """``torch._utils._rebuild_tensor_v2``, on paper. Raises ValueError where the tensor does not lie in its piece."""
    numbers = (offset, *shape, *strides) if isinstance(shape, tuple) and isinstance(strides, tuple) else (None,)
    if not isinstance(piece, _Piece) or not all(type(number) is int and 0 <= number < _LARGEST for number in numbers):
        raise ValueError("a tensor is described by something other than whole numbers")
    if len(shape) != len(strides) or len(shape) > _MOST_DIMENSIONS:
        raise ValueError(f"a tensor has {len(shape)} dimensions and {len(strides)} strides")
    last = offset + sum((side - 1) * stride for side, stride in zip(shape, strides, strict=True))
    if 0 not in shape and last >= piece.length:
        raise ValueError("a tensor reaches beyond what is stored of it")
    if any(stride == 0 and side > 1 for side, stride in zip(shape, strides, strict=True)):
        raise ValueError("a tensor repeats what is stored of it")
    return StoredTensor(piece.kind, piece.name, piece.length, offset, shape, strides)


def _table() -> _Table:
    return _Table()


def _parameter(tensor: Any, *_rest: Any) -> StoredTensor:
    if not isinstance(tensor, StoredTensor):
        raise ValueError("a parameter is not a tensor")
    return tensor


_NAMES: dict[str, Callable[..., Any]] = {
    "collections OrderedDict": _table,
    "torch._utils _rebuild_tensor_v2": _tensor,
    "torch._utils _rebuild_parameter": _parameter,
}


class _Reader:
    """A stack and a memory, as a pickle's steps want them."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memory: dict[int, Any] = {}

    def read(self, pickled: bytes) -> Any:
        try:
            for step, value, _place in pickletools.genops(pickled):
                if step.name == "STOP":
                    return self._pop()
                self._take(step.name, value)
        except (IndexError, TypeError, KeyError, RecursionError) as error:
            raise ValueError(f"the structure is damaged ({type(error).__name__})") from error
        raise ValueError("the structure ends too soon")

    def _take(self, step: str, value: Any) -> None:
        if step in ("BINUNICODE", "SHORT_BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1"):
            self._stack.append(value)
        elif step in _CONSTANTS:
            self._stack.append(_CONSTANTS[step])
        elif step == "EMPTY_DICT":
            self._stack.append(_Table())
        elif step == "MARK":
            self._stack.append(_MARK)
        elif step in ("BINPUT", "LONG_BINPUT"):
            self._memory[value] = self._stack[-1]
        elif step in ("BINGET", "LONG_BINGET"):
            self._stack.append(self._memory[value])
        elif step == "TUPLE":
            self._stack.append(tuple(self._to_mark()))
        elif step in _TUPLES:
            self._stack.append(tuple(reversed([self._pop() for _ in range(_TUPLES[step])])))
        elif step == "GLOBAL":
            self._stack.append(_named(value))
        elif step == "BINPERSID":
            self._stack.append(_piece(self._pop()))
        elif step == "REDUCE":
            self._call()
        elif step == "SETITEM":
            content = self._pop()
            self._fill([self._pop(), content])
        elif step == "SETITEMS":
            self._fill(self._to_mark())
        elif step == "BUILD":
            self._pop()  # the versions of the modules, which nothing here needs
        elif step != "PROTO":
            raise ValueError(f"the structure has the step {step}, which no state dict needs")

    def _pop(self) -> Any:
        value = self._stack.pop()
        if value is _MARK:
            raise IndexError
        return value

    def _to_mark(self) -> list[Any]:
        values = []
        while (value := self._stack.pop()) is not _MARK:
            values.append(value)
        return values[::-1]

    def _call(self) -> None:
        arguments, function = self._pop(), self._pop()
        if function not in _NAMES.values() or not isinstance(arguments, tuple):
            raise ValueError("the structure calls something that is not a function")
        self._stack.append(function(*arguments))

    def _fill(self, pairs: list[Any]) -> None:
        table = self._stack[-1]
        names, values = pairs[::2], pairs[1::2]
        if not isinstance(table, _Table) or len(names) != len(values):
            raise ValueError("the structure fills something that is not a dict")
        for name, value in zip(names, values, strict=True):
            if not isinstance(name, str):
                raise ValueError("a tensor's name is not text")
            if name in table:
                raise ValueError(f"the tensor {name[:80]!r} is there twice")
            table[name] = value


_CONSTANTS: dict[str, Any] = {"NEWTRUE": True, "NEWFALSE": False, "NONE": None, "EMPTY_TUPLE": ()}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def _named(name: str) -> Any:
    module, _, storage = name.partition(" ")
    if module == "torch" and storage in STORAGES:
        return STORAGES[storage]
    if name in _NAMES:
        return _NAMES[name]
    raise ValueError(f"it names {name.replace(' ', '.')[:80]!r}, which no state dict needs")


def _piece(described: Any) -> _Piece:
    if not isinstance(described, tuple) or len(described) != 5 or described[0] != "storage":
        raise ValueError("a stored piece is described in another way than torch does")
    _storage, kind, name, _device, length = described
    if kind not in STORAGES.values() or not isinstance(name, str) or type(length) is not int or length < 0:
        raise ValueError("a stored piece has an unknown kind, name or length")
    return _Piece(kind[0], name, length)
