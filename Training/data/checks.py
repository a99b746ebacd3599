"""Whether a list of examples can be trained on or measured: every problem in words, none guessed away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.errors import InputError, OptionError

from .example import CLASS_NAMES, Example, Part
from .pictures import image_size
from .reserved import refuse_reserved
from .splits import split_problems
from .tables import raise_problems

_REMEDY = "Correct the data set's table or files"


def check_examples(examples: Sequence[Example], *, pixels: bool = False, where: Path | None = None) -> None:
    """Raises one InputError that lists what is wrong, with the row or name of each example (the first twenty).

    Looked for: unknown labels, missing or unreadable files, a mask of another size than its image, an image listed
    twice, a group on both sides of the split, a training or test part of one class, and no lesion at all.

    Args:
        examples: all parts of one fold together.
        pixels: also decode every image and mask, and look for empty masks of lesions and drawn masks of normals;
            takes minutes for thousands of images, headers alone take seconds.
        where: the data, for problems that are of no single image.
    """
    if not examples:
        raise InputError("there is no image", where=where, remedy="Give a data set that is not empty")
    problems = []
    for example in examples:
        found = _file_problem(example) or (_pixel_problem(example) if pixels else None)
        if found is not None:
            problems.append(f"{_place(example)}: {found}")
    problems += _listed_twice(examples)
    problems += split_problems(examples)
    of_all = _class_problems(examples)
    raise_problems([*problems, *of_all], where=None if problems else where, remedy=_REMEDY)


def check_trainable(
    examples: Sequence[Example],
    train_on: Collection[str] | None = None,
    *,
    pixels: bool = False,
    where: Path | None = None,
) -> None:
    """What every command that trains or tunes checks first: `check_examples`, and that it may and can train on these.

    Raises OptionError for images of a reserved set, or names in `train_on` that no example's data set has;
    InputError where nothing is left to train on, and as `check_examples` does.
    """
    refuse_reserved(examples, train_on)
    names = sorted({example.dataset for example in examples})
    absent = sorted(set(train_on or ()) - set(names))
    if absent:
        raise OptionError(
            f"the data set {', '.join(absent)} is not here",
            where="--train-on",
            remedy=f"Choose from {', '.join(names)}",
        )
    check_examples(examples, pixels=pixels, where=where)
    if not any(example.part is Part.TRAIN for example in examples):
        raise InputError(
            "there is no image to train on, all are for testing or calibration",
            where=where,
            remedy="Give more patients, or say in the table's column part which images are for training",
        )


def mask_problem(example: Example, mask: NDArray[np.bool_]) -> str | None:
    """What is wrong with an example's merged mask ``[H, W]``, or None."""
    if example.label == "normal":
        return "the image is normal, but its mask outlines something" if mask.any() else None
    if example.masks and not mask.any():
        return f"the lesion's mask {example.masks[0].name} is empty"
    return None


def _place(example: Example) -> str:
    if not example.listed_in or example.name in example.listed_in:
        return example.name
    return f"{example.listed_in} ({example.name})"


def _file_problem(example: Example) -> str | None:
    if example.label not in CLASS_NAMES:
        return f"the label is {example.label!r}, not one of {', '.join(CLASS_NAMES)}"
    if example.image is None and example.square_image is None:
        return "the image is not named"
    for path in (example.picture, *example.masks):
        if not path.is_file():
            return f"there is no file {path}"
    try:
        size = image_size(example.picture)
        for mask in example.masks:
            found = image_size(mask)
            if found != size:
                return f"the mask {mask.name} is {_times(found)} pixels, its image {_times(size)}"
    except InputError as error:
        return _short(error)
    return None


def _pixel_problem(example: Example) -> str | None:
    try:
        frames = example.frames()
        frames.gray(0)
        return mask_problem(example, example.mask_array((frames.rows, frames.columns)))
    except InputError as error:
        return _short(error)


def _listed_twice(examples: Sequence[Example]) -> list[str]:
    first: dict[Path, Example] = {}
    problems = []
    for example in examples:
        if example.image is None:
            continue
        earlier = first.setdefault(example.image.absolute(), example)
        if earlier is not example:
            problems.append(f"{_place(example)}: the image is listed before, as {_place(earlier)}")
    return problems


def _class_problems(examples: Sequence[Example]) -> list[str]:
    if all(example.label == "normal" for example in examples):
        return ["there is no lesion among the images, normals alone"]
    problems = []
    for part in (Part.TRAIN, Part.TEST):
        labels = {example.label for example in examples if example.part is part}
        if len(labels) == 1:
            problems.append(f"the part {part.value} has one class only, {labels.pop()}: choose another fold, or give "
                            "it images of other classes")  # fmt: skip
    return problems


def _times(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _short(error: InputError) -> str:
    return error.problem if error.where is None else f"{error.where}: {error.problem}"
