"""An `Analysis` again from a document in the form of `Analysis.to_json`, checked against the dataclasses themselves.

A scene may hold the document of another version, or one that somebody edited: nothing may be taken for granted.
Needs numpy alone.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from ..errors import InputError, OptionError
from ..flags import FlagCode
from ..images.frames import SpacingSource
from .analysis import Analysis, Explanation, Malignancy, Probabilities
from .measures import LESION_MEASURES, MILLIMETRES, REQUIRED

Form = Callable[[Any], Any]
"""Gives what a plain JSON value stands for, without what it does not know; raises ValueError for another form."""

_LATER_WORDS: Mapping[type[Enum], Enum] = {FlagCode: FlagCode.OTHER, SpacingSource: SpacingSource.OTHER}
"""Enums that later versions may add to, with what stands for a word that this one does not know."""

_MILLIMETRES = [one.key for one in LESION_MEASURES if one.unit in MILLIMETRES and one.default is REQUIRED]
ANALYSIS = "analysis.json"
"""The file of a result in its folder."""

_LARGEST_BYTES = 1 << 28
_LARGEST = 2**31  # what Qt and VTK count to


def analysis_from(document: Any) -> Analysis:
    """The analysis that a document tells, its maps absent (`NO_MAPS`).

    What earlier versions of the same major schema did not write has its default; what a later one adds is left out.
    Raises ValueError, with a phrase that says what is wrong, for a document that lacks anything else, or whose parts
    do not fit each other.
    """
    analysis: Analysis = _form_of(Analysis)(document)
    _check_references(analysis)
    return analysis


def _check_references(analysis: Analysis) -> None:
    """Frames, lesions and sizes that are named must be there."""
    count, lesions = analysis.input.frames, analysis.lesions
    numbers = {lesion.id for lesion in lesions}
    named = [*(finding.index for finding in analysis.frames), *(lesion.frame for lesion in lesions)]
    named += [frame for further in analysis.explanations for frame in further.frames]
    if analysis.verdict.key_frame is not None:
        named.append(analysis.verdict.key_frame)
    if analysis.similar is not None and analysis.similar.frame is not None:
        named.append(analysis.similar.frame)
    for joined in analysis.volume_lesions:
        named += [joined.first_frame, joined.last_frame, joined.key_frame]
        if not joined.lesions or not numbers.issuperset(joined.lesions):
            raise ValueError(f"volume_lesions: lesion {joined.id} is joined from lesions that do not exist")
    for tracked in analysis.tracked_lesions:
        named += [tracked.first_frame, tracked.last_frame, tracked.key_frame]
        if not tracked.lesions or not numbers.issuperset(tracked.lesions):
            raise ValueError(f"tracked_lesions: lesion {tracked.id} was followed over lesions that do not exist")
    if not all(0 <= frame < count for frame in named):
        raise ValueError(f"a frame is named that is not one of the {count}")
    spacing = analysis.input.pixel_spacing_mm
    if spacing is not None:
        if min(spacing) <= 0:
            raise ValueError("input: the pixels have no size")
        if any(getattr(lesion, name) is None for lesion in lesions for name in _MILLIMETRES):
            raise ValueError("lesions: millimeters are missing though the pixels' size is known")


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
        return _one_of(kind)
    return {float: _number, int: _whole, bool: _yes_or_no, str: _text}[kind]


def _dataclass(kind: type) -> Form:
    hints = get_type_hints(kind)
    known = [item for item in fields(kind) if item.name != "maps"]
    parts = [(item.name, _key_of(kind, item.name), _form_of(hints[item.name]), _is_needed(item)) for item in known]
    shares, make = kind in (Malignancy, Probabilities), _maker(kind)

    def form(value: Any) -> Any:
        _require(type(value) is dict, value, "an object")
        made = {}
        for name, key, part, is_needed in parts:
            if key in value:
                try:
                    made[name] = part(value[key])
                except ValueError as error:
                    raise ValueError(f"{key}: {error}") from None
            elif is_needed:
                raise ValueError(f"{key!r} is missing")
        if shares and not all(item is None or 0 <= item <= 1 for item in made.values()):
            raise ValueError("a probability lies outside 0 to 1")
        return make(made)

    return form


def _maker(kind: type) -> Callable[[dict[str, Any]], Any]:
    """Makes one from its fields by name. Raises ValueError where the dataclass refuses them."""
    if not hasattr(kind, "__post_init__"):
        defaults = {item.name: item.default for item in fields(kind) if item.default is not MISSING}

        def filled(made: dict[str, Any]) -> Any:
            """Without `__init__`, which sets the fields of a frozen dataclass one by one: half the time of a cine."""
            one: Any = object.__new__(kind)
            one.__dict__.update(defaults, **made)
            return one

        return filled

    def checked(made: dict[str, Any]) -> Any:
        try:
            return kind(**made)
        except OptionError as error:
            raise ValueError(error.problem) from None

    return checked


def _key_of(kind: type, name: str) -> str:
    return "class" if kind is Explanation and name == "target_class" else name


def _is_needed(item: Any) -> bool:
    """Whether a field has no default."""
    return item.default is MISSING


def _many(form: Form) -> Form:
    def values(value: Any) -> tuple[Any, ...]:
        _require(type(value) is list, value, "a list")
        return tuple([form(item) for item in value])

    return values


def _few(forms: tuple[Form, ...]) -> Form:
    def values(value: Any) -> tuple[Any, ...]:
        _require(type(value) is list and len(value) == len(forms), value, f"{len(forms)} values")
        return tuple([form(item) for form, item in zip(forms, value, strict=True)])

    return values


def _mapping(form: Form) -> Form:
    def values(value: Any) -> dict[str, Any]:
        _require(type(value) is dict, value, "an object")
        return {key: form(item) for key, item in value.items()}

    return values


def _one_of(kind: type[Enum]) -> Form:
    members = {item.value: item for item in kind}
    words, other = ", ".join(sorted(members)), _LATER_WORDS.get(kind)

    def member(value: Any) -> Enum:
        is_text = type(value) is str
        if other is not None:
            _require(is_text, value, "text")
            return members.get(value, other)
        _require(is_text and value in members, value, f"one of {words}")
        return members[value]

    return member


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


def is_result(path: Path) -> bool:
    """Whether that is the file of a result, or a folder of results with one."""
    document = path / ANALYSIS if path.is_dir() else path
    return document.suffix == ".json" and document.is_file()


def read_result(path: Path) -> Analysis:
    """The result in ``analysis.json``, which may be given by its folder; it has no maps. Raises InputError."""
    document = path / ANALYSIS if path.is_dir() else path
    try:
        if document.stat().st_size > _LARGEST_BYTES:
            raise InputError("the file is too large for a result", where=path, remedy="Give an analysis.json")
        return analysis_from(json.loads(document.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"this is no result of BreastUSAI ({error})", where=path, remedy="Give what 'breastusai analyze' wrote"
        ) from error
