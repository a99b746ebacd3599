"""Whatever holds labeled images, as examples with the parts of one fold."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from BreastUSAILib.engine.errors import InputError

from .collections import breast, busbra, busi, busuc, busuclm
from .collections.busi_published import is_published_busi, load_published_busi
from .csv_table import TABLE_OF_FOLDER, is_table_of_images, load_csv
from .example import Example, Part
from .splits import assert_groups_apart, check_fold

_ACCEPTED = (
    "Give a folder of BUS-BRA, BUSI (cleaned, or Dataset_BUSI_with_GT), BUS-UCLM, BUS_UC or BrEaST, a folder with such "
    "folders in it, or a CSV table with the columns image and label"
)


def load_examples(
    data: Path, *, fold: int = 1, train_on: Collection[str] | None = None, duplicates: Path | None = None
) -> list[Example]:
    """All examples of a data set, of a folder of data sets, or of a CSV table.

    Test: BUS-BRA's official fold, a tenth of BUSI's groups, a fifth of BUS-UCLM's patients and of a table's groups,
    and all of BUS_UC and BrEaST. Calibration: a tenth of the remaining patients and groups. Training: the rest. What
    may not be trained on (`Example.may_be_trained_on`) is left out of both. BUS-BRA comes first, then BUSI, BUS-UCLM,
    BUS_UC and BrEaST, each in the order of its table.

    Args:
        data: the folder or table; see `csv_table` for a table's columns.
        fold: 1-5.
        train_on: names of the data sets to train and calibrate on, which need not be here; all others are for testing
            as a whole. None: all are trained on.
        duplicates: the list of near-duplicates for BUSI as published; see `busi_published`.

    Raises InputError where this is no data set, or a group lies on both sides of the split; OptionError for a fold
    that there is not.
    """
    check_fold(fold)
    examples = [example for load in _loaders(data, fold, duplicates) for example in load()]
    if not examples:
        raise InputError("the data set holds no image", where=data, remedy=_ACCEPTED)
    assert_groups_apart(examples)
    if train_on is not None:
        examples = [one if one.dataset in train_on else replace(one, part=Part.TEST) for one in examples]
    return [one for one in examples if one.part is Part.TEST or one.may_be_trained_on]


_Load = Callable[[], list[Example]]
_ORDER = (busbra.NAME, busi.NAME, busuclm.NAME, busuc.NAME, breast.NAME)


def _loaders(data: Path, fold: int, duplicates: Path | None) -> list[_Load]:
    if not data.exists():
        raise InputError("there is no such file or folder", where=data, remedy=_ACCEPTED)
    if data.is_file():
        return [_of_file(data, fold, duplicates)]
    if own := _with_training_parts(data, fold, duplicates):
        return [own[1]]
    found: dict[str, tuple[Path, _Load]] = {}
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        known = _with_training_parts(folder, fold, duplicates) or _reserved(folder, fold)
        if known is None:
            continue
        name, load = known
        if name in found:
            raise InputError(
                f"{name} is there twice, in {found[name][0].name} and in {folder.name}",
                where=data,
                remedy="Keep one of them, so that no image is on both sides of a split",
            )
        found[name] = folder, load
    if found:
        return [found[name][1] for name in _ORDER if name in found]
    if own := _reserved(data, fold):
        return [own[1]]
    table = data / TABLE_OF_FOLDER
    if table.is_file():
        return [lambda: load_csv(table, fold)]
    raise InputError("this is not a data set that can be read", where=data, remedy=_ACCEPTED)


def _of_file(data: Path, fold: int, duplicates: Path | None) -> _Load:
    """A table alone; that of a data set that is known is read as its folder is, whose patients it knows."""
    kind = data.suffix.lower()
    if data.name == TABLE_OF_FOLDER and (
        known := _with_training_parts(data.parent, fold, duplicates) or _reserved(data.parent, fold)
    ):
        return known[1]
    if kind == ".xlsx" or (kind == ".csv" and breast.is_breast(data)):
        return lambda: breast.load_breast(data)
    if kind == ".csv":
        return lambda: load_csv(data, fold)
    raise InputError("this is not a table of labeled images", where=data, remedy=_ACCEPTED)


def _with_training_parts(folder: Path, fold: int, duplicates: Path | None) -> tuple[str, _Load] | None:
    """The name of the data set that a folder itself holds, and how to load it."""
    if busbra.is_busbra(folder):
        return busbra.NAME, lambda: busbra.load_busbra(folder, fold)
    if busi.is_busi(folder):
        return busi.NAME, lambda: busi.load_busi(folder, fold)
    if busuclm.is_busuclm(folder):
        return busuclm.NAME, lambda: busuclm.load_busuclm(folder, fold)
    if is_published_busi(folder):
        return busi.NAME, lambda: load_published_busi(folder, fold, duplicates)
    return None


def _reserved(folder: Path, fold: int) -> tuple[str, _Load] | None:
    """The same for a reserved data set; BrEaST as published, or as a folder of its name with a table of images."""
    if busuc.is_busuc(folder):
        return busuc.NAME, lambda: busuc.load_busuc(folder)
    table = folder / TABLE_OF_FOLDER
    if folder.name == breast.NAME and table.is_file() and is_table_of_images(table):
        return breast.NAME, lambda: load_csv(table, fold)
    if breast.is_breast(folder):
        return breast.NAME, lambda: breast.load_breast(folder)
    return None
