"""Which data sets are for evaluation alone: nothing is trained, tuned or chosen on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from BreastUSAILib.engine.errors import OptionError

from .collections import breast, busuc
from .example import Example, Part

RESERVED: Mapping[str, str] = {breast.NAME: breast.WHY, busuc.NAME: busuc.WHY}
"""Their names, and the reason."""


def reserved_name(example: Example) -> str | None:
    """The reserved data set that an image is of, also where a table lists it under another name; None for others."""
    if breast.is_of_breast(example):
        return breast.NAME
    names = {example.dataset, example.strata.get("source", "")}
    return next((name for name in RESERVED if name in names), None)


def refuse_reserved(examples: Sequence[Example], train_on: Collection[str] | None = None) -> None:
    """For everything that trains or tunes: raises OptionError where that would be done on a reserved set.

    That is where `train_on` names one, where one of its images is not for testing, or where there is nothing else to
    train on.
    """
    for named in train_on or ():
        if named in RESERVED:
            raise OptionError(_problem(named), where="--train-on", remedy=_remedy(named))
    found = [(example, name) for example in examples if (name := reserved_name(example)) is not None]
    others = any(example.part is Part.TRAIN and reserved_name(example) is None for example in examples)
    for example, name in found:
        if example.part is not Part.TEST or not others:
            count = sum(one == name for _, one in found)
            raise OptionError(
                f"{_problem(name)}, and {count} of these {len(examples)} images are from it",
                where=example.picture,
                remedy=_remedy(name),
            )


def _problem(name: str) -> str:
    return f"{name} is reserved for evaluation ({RESERVED[name]})"


def _remedy(name: str) -> str:
    return f"Train on other data, and give {name} to the evaluate command alone"
