"""A recipe as a command line changes it: another schedule, batch, augmentation, learning rate, input or helpers."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from BreastUSAILib.engine.errors import OptionError

from ..augmentation.augment import MOST, Augmentation
from ..recipes.recipe import Recipe
from .networks.learning import HELPERS

_LEAST_SIDE = 32
_STRIDE = 32  # what the networks' sides are multiples of
_LARGEST = 1024
NO_HELPERS = "none"
_SAMPLING = {
    "tissue_crops": (0.0, 0.5),
    "normal_share": (0.0, 0.5),
    "normal_repeats": (1, 20),
    "collection_repeats": (1, 20),
    "pass_pictures": (0, 1_000_000),
}


def changed(
    recipe: Recipe,
    schedule: Sequence[str] | None = None,
    batch: int | None = None,
    augmentation: Sequence[str] | None = None,
    learning_rate: float | None = None,
    size: int | None = None,
    helpers: Sequence[str] | None = None,
    sampling: Sequence[str] | None = None,
) -> Recipe:
    """The recipe with what is given in place of its own; raises OptionError for words that say nothing it could do.

    Args:
        recipe: stays as it is.
        schedule: stages such as ``160x3 256x1``: three passes at 160 pixels, one at 256.
        batch: images a step.
        augmentation: fields of `Augmentation` with their values, such as ``mixup=0.5 gamma=0.6``.
        learning_rate: the peak of the schedule, above 0 and at most 1.
        size: side of the networks' own input in pixels; the sides of the recipe's own schedule change with it.
        helpers: names of `HELPERS`, or `NO_HELPERS` alone.
        sampling: what a pass shows how often: fields of `Recipe` with their values, such as ``normal_share=0.3``.
    """
    if size is not None:
        recipe = _of_size(recipe, size)
    if helpers is not None:
        recipe = dataclasses.replace(recipe, helpers=_helpers(recipe, helpers))
    if schedule:
        recipe = dataclasses.replace(recipe, schedule=tuple(_stage(word) for word in schedule))
    if batch is not None:
        if batch < 1:
            raise OptionError(f"a batch cannot have {batch} images", remedy="Give --batch a number from 1 on")
        recipe = dataclasses.replace(recipe, batch=batch)
    if learning_rate is not None:
        if not 0 < learning_rate <= 1:
            raise OptionError(
                f"a learning rate of {learning_rate:g} teaches nothing",
                remedy=f"Give --learning-rate a number above 0 and at most 1; the recipe's is {recipe.learning_rate:g}",
            )
        recipe = dataclasses.replace(recipe, learning_rate=learning_rate)
    if augmentation:
        recipe = dataclasses.replace(recipe, augmentation=_augmentation(recipe.augmentation, augmentation))
    if sampling:
        recipe = dataclasses.replace(recipe, **_sampling(sampling))
    return recipe


def _stage(word: str) -> tuple[int, int]:
    side, _, passes = word.partition("x")
    if not (side.isdecimal() and passes.isdecimal() and int(side) >= _LEAST_SIDE and int(passes)):
        raise OptionError(f"'{word}' is not a stage of a schedule", remedy="Give SIDExPASSES, such as 256x4")
    return int(side), int(passes)


def _of_size(recipe: Recipe, size: int) -> Recipe:
    if size % _STRIDE or not 2 * _STRIDE <= size <= _LARGEST:
        raise OptionError(
            f"a side of {size} pixels is not a multiple of {_STRIDE} from {2 * _STRIDE} to {_LARGEST}",
            remedy="Give --size such a number, 256 for example",
        )
    if recipe.takes_one_size:
        raise OptionError(f"the recipe {recipe.name} has one size only", remedy="Leave --size out")
    own = recipe.preprocessing.size
    schedule = tuple((max(1, round(side * size / own / _STRIDE)) * _STRIDE, passes) for side, passes in recipe.schedule)
    return dataclasses.replace(
        recipe, schedule=schedule, preprocessing=dataclasses.replace(recipe.preprocessing, size=size)
    )


def _helpers(recipe: Recipe, names: Sequence[str]) -> tuple[str, ...]:
    if list(names) == [NO_HELPERS]:
        return ()
    unknown = [name for name in names if name not in HELPERS]
    if unknown:
        remedy = f"Give --helpers some of {', '.join(HELPERS)}, or {NO_HELPERS}"
        raise OptionError(f"there is no helper '{unknown[0]}'", remedy=remedy)
    if len(recipe.networks) == 1:
        raise OptionError(
            f"the recipe {recipe.name} has one network, which has no heads for helpers", remedy="Leave --helpers out"
        )
    return tuple(name for name in HELPERS if name in names)


def _sampling(words: Sequence[str]) -> dict[str, Any]:
    values = _named_numbers(words, _SAMPLING, "way to sample")
    for name, value in values.items():
        if name.endswith("repeats") and not value.is_integer():
            raise OptionError(f"{name}={value:g} is not a whole number", remedy=f"Give {name} a whole number")
    return {name: int(value) if name.endswith("repeats") else value for name, value in values.items()}


def _named_numbers(words: Sequence[str], ranges: Mapping[str, tuple[float, float]], what: str) -> dict[str, float]:
    """``NAME=VALUE`` words as numbers. Raises OptionError for an unknown name or a value out of its range."""
    values: dict[str, float] = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            values[name] = float(value)
        except ValueError:
            values[name] = math.nan
        if name not in ranges or not ranges[name][0] <= values[name] <= ranges[name][1]:
            known = ", ".join(f"{field} ({least:g} to {most:g})" for field, (least, most) in ranges.items())
            raise OptionError(f"'{word}' is not a {what}", remedy=f"Give NAME=VALUE, NAME of {known}")
    return values


def _augmentation(own: Augmentation, words: Sequence[str]) -> Augmentation:
    values = _named_numbers(words, {name: (0.0, most) for name, most in MOST.items()}, "augmentation")
    new = dataclasses.replace(own, **values)
    if new.mixup + new.cutmix > 1:
        raise OptionError(
            f"mixup and cutmix are {new.mixup + new.cutmix:g} together",
            remedy="They are probabilities of one and the same draw: give at most 1 together",
        )
    return new
