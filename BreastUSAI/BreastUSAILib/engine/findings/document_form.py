"""Whether a document has the form of `Analysis.to_json`, checked against the dataclasses themselves. Needs numpy alone.

A scene may hold the document of another version, or one that somebody edited: nothing may be taken for granted.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from ..flags import FlagCode
from ..images.frames import SpacingSource
from .analysis import Analysis, Explanation, Malignancy, Probabilities

Form = Callable[[Any], Any]
"""Gives a value in its form, without what it does not know; raises ValueError where it has another."""

_WORDS = (FlagCode, SpacingSource)
"""Enums that later versions may add to, and that nobody who reads a document must know in full."""

_MILLIMETRES = ("area_mm2", "long_axis_mm", "short_axis_mm", "depth_mm")
_LARGEST = 2**31  # what Qt and VTK count to


def checked_document(document: Any) -> dict[str, Any]:
    """A document with every key of `Analysis.to_json` of this version, and no other.

    What earlier versions of the same major schema did not write has its default. Raises ValueError, with a phrase that
    says what is wrong, for one that lacks anything else, or whose parts do not fit each other.
    """
    checked = _form_of(Analysis)(document)
    _check_references(checked)
    return checked


def _check_references(document: dict[str, Any]) -> None:
    """Frames, lesions and sizes that are named must be there."""
    count, lesions = document["input"]["frames"], document["lesions"]
    numbers = {lesion["id"] for lesion in lesions}
    named = [*(finding["index"] for finding in document["frames"]), *(lesion["frame"] for lesion in lesions)]
    if document["verdict"]["key_frame"] is not None:
        named.append(document["verdict"]["key_frame"])
    for joined in document["volume_lesions"]:
        named += [joined["first_frame"], joined["last_frame"], joined["key_frame"]]
        if not joined["lesions"] or not numbers.issuperset(joined["lesions"]):
            raise ValueError(f"volume_lesions: lesion {joined['id']} is joined of lesions that there are not")
    if not all(0 <= frame < count for frame in named):
        raise ValueError(f"a frame is named that is none of {count}")
    spacing = document["input"]["pixel_spacing_mm"]
    if spacing is not None:
        if min(spacing) <= 0:
            raise ValueError("input: the pixels have no size")
        if any(lesion[name] is None for lesion in lesions for name in _MILLIMETRES):
            raise ValueError("lesions: millimetres are missing though the pixels' size is known")


@lru_cache(maxsize=64)
def _form_of(kind: Any) -> Form:
    """The form of a type hint; made once, since a long cine has thousands of each."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    if origin in (Union, types.UnionType):
        (other,) = (item for item in arguments if item is not types.NoneType)
        form = _form_of(other)
        return lambda value: None if value is None else form(value)
    if origin is tuple:
        return _many(_form_of(arguments[0])) if arguments[1:] == (...,) else _few(tuple(map(_form_of, arguments)))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(_form_of(arguments[1]))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _text if kind in _WORDS else _one_of(frozenset(item.value for item in kind))
    return {float: _number, int: _whole, bool: _yes_or_no, str: _text}[kind]


def _dataclass(kind: type) -> Form:
    hints = get_type_hints(kind)
    known = [item for item in fields(kind) if item.name != "maps"]
    parts = [(_key_of(kind, item), _form_of(hints[item.name]), *_default_of(item)) for item in known]
    shares = kind in (Malignancy, Probabilities)

    def form(value: Any) -> dict[str, Any]:
        _require(type(value) is dict, value, "an object")
        made = {}
        for name, part, is_needed, default in parts:
            if name in value:
                try:
                    made[name] = part(value[name])
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
            elif is_needed:
                raise ValueError(f"{name!r} is missing")
            else:
                made[name] = default
        if shares and not all(item is None or 0 <= item <= 1 for item in made.values()):
            raise ValueError("a probability lies outside 0 to 1")
        return made

    return form


def _key_of(kind: type, item: Field[Any]) -> str:
    return "class" if kind is Explanation and item.name == "target_class" else item.name


def _default_of(item: Field[Any]) -> tuple[bool, Any]:
    """Whether it must be there, and else what stands in its place."""
    if item.default is MISSING:
        return True, None
    return False, [] if item.default == () else item.default


def _many(form: Form) -> Form:
    def values(value: Any) -> list[Any]:
        _require(type(value) is list, value, "a list")
        return [form(item) for item in value]

    return values


def _few(forms: tuple[Form, ...]) -> Form:
    def values(value: Any) -> list[Any]:
        _require(type(value) is list and len(value) == len(forms), value, f"{len(forms)} values")
        return [form(item) for form, item in zip(forms, value, strict=True)]

    return values


def _mapping(form: Form) -> Form:
    def values(value: Any) -> dict[str, Any]:
        _require(type(value) is dict, value, "an object")
        return {key: form(item) for key, item in value.items()}

    return values


def _one_of(words: frozenset[str]) -> Form:
    def word(value: Any) -> str:
        _require(type(value) is str and value in words, value, f"one of {', '.join(sorted(words))}")
        return value

    return word


def _number(value: Any) -> float:
    is_number = type(value) in (int, float) and -_LARGEST < value < _LARGEST
    _require(is_number and math.isfinite(value), value, "a number")
    return value


def _whole(value: Any) -> int:
    _require(type(value) is int and -_LARGEST < value < _LARGEST, value, "a whole number")
    return value


def _yes_or_no(value: Any) -> bool:
    _require(type(value) is bool, value, "true or false")
    return value


def _text(value: Any) -> str:
    _require(type(value) is str, value, "text")
    return value


def _require(is_so: bool, value: Any, what: str) -> None:
    if not is_so:
        raise ValueError(f"{str(value)[:40]!r} stands where {what} is wanted")
