"""BUS-UCLM (Vallez et al. 2025, 10.1038/s41597-025-04562-3): 683 images of 37 patients, one scanner, normals too.

Calipers are burned into half of its lesion images and hardly any normal, Doppler into lesions alone: a network could
read the class off them. So images that are not clean (Doppler, two views, duplicates, masks of another aspect) are
tested on, never trained on, and the body pictogram is painted over in what is trained on.
"""

from __future__ import annotations

from pathlib import Path

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Rectangle

from ..example import UNCLEAN, Example
from ..splits import hashed_fold, hashed_tenth, part_of
from ..tables import Row, Table, read_csv

NAME = "BUS-UCLM"
TABLE = "metadata.csv"
_COLUMNS = (
    "image",
    "mask",
    "label",
    "group_id",
    "source",
    "doppler",
    "marks",
    "combined",
    "pictogram_box_xyxy",
    "duplicate_of",
    "clean",
)
_STRATA = {"calipers": "marks", "doppler": "doppler", "two_views": "combined"}


def is_busuclm(folder: Path) -> bool:
    """Whether the folder holds this data set's table."""
    table = folder / TABLE
    return table.is_file() and set(_COLUMNS) <= set(read_csv(table).columns)


def load_busuclm(folder: Path, fold: int) -> list[Example]:
    """All its images, in the order of its table; test: a fifth of the patients, by hash. Raises InputError."""
    table = read_csv(folder / TABLE, _COLUMNS)
    return [_example(table, number, row, folder, fold) for number, row in table.rows]


def _example(table: Table, number: int, row: Row, folder: Path, fold: int) -> Example:
    group = f"{NAME} {row['group_id'].removeprefix('UCLM-')}"
    test_fold = hashed_fold(group)
    strata = {name: row[column].lower() for name, column in _STRATA.items() if row[column]}
    if row["clean"] != "1" or row["duplicate_of"]:
        strata |= UNCLEAN
    return Example(
        name=Path(row["image"]).stem,
        dataset=NAME,
        label=row["label"],
        group=group,
        part=part_of(test_fold, hashed_tenth(group), fold),
        image=folder / row["image"],
        square_image=None,
        mask=folder / row["mask"] if row["mask"] else None,
        fold=test_fold,
        strata=strata,
        painted_over=_boxes(table, number, row["pictogram_box_xyxy"]),
        listed_in=table.place(number),
    )


def _boxes(table: Table, number: int, cell: str) -> tuple[Rectangle, ...]:
    """The pictogram's rectangle from ``left top right bottom``; none from an empty cell. Raises InputError."""
    if not cell:
        return ()
    try:
        left, top, right, bottom = (int(word) for word in cell.split())
    except ValueError:
        raise InputError(
            f"row {number}: the pictogram_box_xyxy is {cell!r}, not four whole numbers",
            where=table.path,
            remedy="Restore the table",
        ) from None
    return (Rectangle(left, top, right - left, bottom - top),)
