"""Who is tested in which fold: by patient or near-duplicate group, never by image."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from BreastUSAILib.engine.errors import OptionError

from .example import Example, Part
from .tables import raise_problems

FOLDS = 5
CALIBRATION_TENTH = 7


def check_fold(fold: int) -> None:
    """Raises OptionError where there is no such fold."""
    if fold not in range(1, FOLDS + 1):
        raise OptionError(f"there is no fold {fold}", where="--fold", remedy=f"Choose a fold from 1 to {FOLDS}")


def part_of(test_fold: int | None, tenth: int, fold: int) -> Part:
    """The part in the split of `fold`, of what is tested in `test_fold` and lies in that tenth (0-9) of the groups."""
    if test_fold == fold:
        return Part.TEST
    return Part.CALIBRATION if tenth == CALIBRATION_TENTH else Part.TRAIN


def hashed_fold(group: str) -> int:
    """The fold 1-5 of a group that no table gives one: the same in every table, however the table grows."""
    return _number(group) % FOLDS + 1


def hashed_tenth(group: str) -> int:
    """A tenth 0-9 of the groups, independent of `hashed_fold`."""
    return _number(group) // FOLDS % 10


def split_problems(examples: Sequence[Example]) -> list[str]:
    """Groups that lie in more than one part, or that are tested in more than one fold, in words."""
    parts: dict[str, dict[Part, Example]] = {}
    folds: dict[str, dict[int | None, Example]] = {}
    for example in examples:
        parts.setdefault(example.group, {}).setdefault(example.part, example)
        folds.setdefault(example.group, {}).setdefault(example.fold, example)
    problems = []
    for group, found in parts.items():
        if len(found) > 1:
            members = ", ".join(f"{part.value} ({_place(example)})" for part, example in found.items())
            problems.append(f"the group {group} is on both sides of the split: {members}")
        elif len(folds[group]) > 1:
            members = ", ".join(f"{fold} ({_place(example)})" for fold, example in folds[group].items())
            problems.append(f"the group {group} is in several folds: {members}")
    return problems


def assert_groups_apart(examples: Sequence[Example]) -> None:
    """Raises InputError that names every group on both sides of a split."""
    raise_problems(
        split_problems(examples), where=None, remedy="Give all images of one patient the same fold and the same part"
    )


def _place(example: Example) -> str:
    return example.listed_in or example.name


def _number(group: str) -> int:
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big")


def thinned(examples: Sequence[Example], most: int) -> list[Example]:
    """At most so many of each data set, taken at even distances from their list.

    Example:
        Of ten images of one data set and two of another, `most` = 3 keeps the first, fifth and last, and both.
    """
    kept: list[Example] = []
    for name in dict.fromkeys(one.dataset for one in examples):
        there = [one for one in examples if one.dataset == name]
        count = min(most, len(there))
        kept += [there[number * (len(there) - 1) // max(count - 1, 1)] for number in range(count)]
    return kept
