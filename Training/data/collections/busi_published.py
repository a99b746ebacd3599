"""BUSI as published (``Dataset_BUSI_with_GT``), cleaned of its near-duplicates while it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from BreastUSAILib.engine.errors import InputError

from ..example import Example
from ..pictures import image_size
from ..splits import hashed_tenth, part_of
from ..tables import read_csv, whole_number
from .busi import NAME, busi_fold
from .near_duplicates import near_duplicate_groups

_COUNTS = {"benign": 437, "malignant": 210, "normal": 133}  # as published
_DUPLICATES = "duplicates"
_GROUPS_TABLE = "busi_duplicate_groups.csv"
_IMAGE = re.compile(r"(benign|malignant|normal) \((\d+)\)\.png")


class _Group(NamedTuple):
    """Near-duplicates: what the group is called, and which tenth 0-9 of the groups it is in."""

    name: str
    tenth: int


@dataclass(frozen=True)
class _Published:
    name: str
    label: str
    path: Path

    @property
    def masks(self) -> tuple[Path, ...]:
        """The lesion's mask first; a normal's are empty and left out."""
        if self.label == "normal":
            return ()
        stem = self.path.stem
        further = sorted(self.path.parent.glob(f"{stem}_mask_*.png"), key=lambda path: int(path.stem.split("_")[-1]))
        return self.path.with_name(f"{stem}_mask.png"), *further


def is_published_busi(folder: Path) -> bool:
    """Whether the folder has the published layout: ``benign/benign (1).png`` and its like."""
    return any(_images(folder / label) for label in _COUNTS)


def load_published_busi(folder: Path, fold: int, duplicates: Path | None = None) -> list[Example]:
    """One image per near-duplicate group, benign, malignant, then normal; groups of two classes are dropped.

    Of each group the largest picture stays. With the published list of duplicates the groups and folds are those of
    `load_busi`. Without it, near-duplicates are looked for in the pictures, which finds fewer of them (see
    `near_duplicates`), and folds go by a hash of the group's first image.

    Args:
        folder: holds ``benign``, ``malignant``, ``normal``.
        fold: 1-5.
        duplicates: ``busi_duplicate_groups.csv`` (columns ``dup_group``, ``id``), or the folder that holds it; None:
            ``duplicates`` in `folder`, where that is there.

    Raises InputError.
    """
    images = [image for label in _COUNTS for image in _images(folder / label)]
    if duplicates is None and (folder / _DUPLICATES).is_dir():
        duplicates = folder / _DUPLICATES
    groups = _found_groups(images) if duplicates is None else _listed_groups(images, duplicates)
    members: dict[_Group, list[_Published]] = {}
    for image, group in zip(images, groups, strict=True):
        members.setdefault(group, []).append(image)
    kept = {
        max(alike, key=_pixels): group for group, alike in members.items() if len({each.label for each in alike}) == 1
    }
    return [_example(image, kept[image], fold) for image in images if image in kept]


def _images(folder: Path) -> list[_Published]:
    found = [(match, path) for path in folder.glob("*.png") if (match := _IMAGE.fullmatch(path.name))]
    found.sort(key=lambda pair: int(pair[0][2]))
    return [_Published(path.stem, match[1], path) for match, path in found]


def _listed_groups(images: list[_Published], duplicates: Path) -> list[_Group]:
    """Groups by the numbers of the list; images that are in no group are counted on."""
    path = duplicates / _GROUPS_TABLE if duplicates.is_dir() else duplicates
    table = read_csv(path, ("id", "dup_group"))
    numbers = {row["id"]: whole_number(table, number, "dup_group", row["dup_group"]) for number, row in table.rows}
    following = max(numbers.values(), default=0) + 1
    for name in (f"{label} ({index + 1})" for label, count in _COUNTS.items() for index in range(count)):
        if name not in numbers:
            numbers[name] = following
            following += 1
    unknown = [image.path for image in images if image.name not in numbers]
    if unknown:
        raise InputError(
            f"BUSI as published has no such image, nor {len(unknown) - 1} more that are here",
            where=unknown[0],
            remedy="Give the data set as published, without augmented copies",
        )
    return [_Group(str(numbers[image.name]), numbers[image.name] % 10) for image in images]


def _found_groups(images: list[_Published]) -> list[_Group]:
    """Groups by the name of their first image."""
    first = {
        index: images[group[0]].name
        for group in near_duplicate_groups([image.path for image in images])
        for index in group
    }
    return [_Group(first[index], hashed_tenth(first[index])) for index in range(len(images))]


def _pixels(image: _Published) -> int:
    columns, rows = image_size(image.path)
    return columns * rows


def _example(image: _Published, group: _Group, fold: int) -> Example:
    masks = image.masks
    return Example(
        name=image.name,
        dataset=NAME,
        label=image.label,
        group=f"{NAME} {group.name}",
        part=part_of(busi_fold(group.tenth), group.tenth, fold),
        image=image.path,
        square_image=None,
        mask=masks[0] if masks else None,
        further_masks=masks[1:],
        fold=busi_fold(group.tenth),
        listed_in=str(image.path.relative_to(image.path.parents[1])),
    )
