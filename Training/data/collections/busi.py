"""BUSI (Al-Dhabyani et al. 2020, 10.1016/j.dib.2019.104863), cleaned: one frame per near-duplicate group."""

from __future__ import annotations

from pathlib import Path

from ..example import Example
from ..splits import part_of
from ..tables import read_csv, whole_number

NAME = "BUSI"
TABLE = "metadata.csv"
_TEST_TENTHS = {3: 1, 5: 2, 9: 3, 1: 4, 8: 5}  # which tenth of the groups is tested in which fold
_COLUMNS = ("id", "label", "image", "mask", "image_256", "split_group")


def is_busi(folder: Path) -> bool:
    """Whether the folder holds BUSI's cleaned table: images, squashed copies, groups."""
    table = folder / TABLE
    return table.is_file() and set(_COLUMNS) <= set(read_csv(table).columns)


def busi_fold(tenth: int) -> int | None:
    """The fold 1-5 in which a tenth 0-9 of the groups is tested; None for the half of them that never is."""
    return _TEST_TENTHS.get(tenth)


def load_busi(folder: Path, fold: int) -> list[Example]:
    """All its images, in the order of its table; test: a tenth of the groups. Raises InputError."""
    table = read_csv(folder / TABLE, _COLUMNS)
    examples = []
    for number, row in table.rows:
        group = whole_number(table, number, "split_group", row["split_group"])
        test_fold = busi_fold(group % 10)
        paths = {key: folder / row[key] if row[key] else None for key in ("image", "image_256", "mask")}
        examples.append(
            Example(
                name=row["id"],
                dataset=NAME,
                label=row["label"],
                group=f"{NAME} {group}",
                part=part_of(test_fold, group % 10, fold),
                image=paths["image"],
                square_image=paths["image_256"],
                mask=paths["mask"],
                fold=test_fold,
                listed_in=table.place(number),
            )
        )
    return examples
