"""Any labeled images, by a CSV table.

Columns, in any order and case: ``image`` (picture or DICOM file, relative to the table) and ``label`` (normal, benign
or malignant) are required. ``mask`` (picture), ``group`` (patient), ``pixel_size_mm`` (one number, or row x column),
``fold`` (1-5), ``part`` (train, calibration or test) and ``dataset`` (a name) may be there, and may be empty in some
rows. Every further column is kept as a stratum.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from BreastUSAILib.engine.errors import InputError

from .example import CLASS_NAMES, Example, Part
from .reserved import RESERVED
from .splits import FOLDS, hashed_fold, hashed_tenth, part_of
from .tables import Row, Table, raise_problems, read_csv

TABLE_OF_FOLDER = "metadata.csv"
REQUIRED = ("image", "label")
OPTIONAL = ("mask", "group", "pixel_size_mm", "fold", "part", "dataset")
_REMEDY = (
    f"Name the columns {' and '.join(REQUIRED)} (required), {', '.join(OPTIONAL)} (where known); "
    "further columns are kept as strata"
)
_BETWEEN_NUMBERS = re.compile(r"\s*[x×*]\s*", re.IGNORECASE)


def load_csv(path: Path, fold: int) -> list[Example]:
    """The table's rows as examples, in its order.

    The data set of rows that name none is called like the table, or like its folder where it is a ``metadata.csv``.

    A row without a group is its own group. One with neither fold nor part is tested in one of five folds, by a hash
    of its group, and a tenth of the other groups calibrate. `fold` is 1-5. Raises InputError that lists every row with
    something wrong.
    """
    name = path.resolve().parent.name if path.name == TABLE_OF_FOLDER else path.stem
    table = _with_small_headings(read_csv(path))
    examples = []
    problems = []
    for number, row in table.rows:
        try:
            examples.append(_example(table, number, row, fold, name))
        except ValueError as error:
            problems.append(f"row {number}: {error}")
    raise_problems(problems, where=path, remedy="Correct these rows")
    if not examples:
        raise InputError("the table has no rows", where=path, remedy="List one image a row")
    return examples


def is_table_of_images(path: Path) -> bool:
    """Whether the table has the required columns. Raises InputError where it cannot be read."""
    return set(REQUIRED) <= {column.lower() for column in read_csv(path).columns}


def _with_small_headings(table: Table) -> Table:
    columns = tuple(column.lower() for column in table.columns)
    missing = [column for column in REQUIRED if column not in columns]
    repeated = sorted({column for column in columns if columns.count(column) > 1})
    if missing or repeated:
        wrong = f"lacks {' and '.join(missing)}" if missing else f"has {', '.join(repeated)} more than once"
        raise InputError(
            f"the table {wrong}; its columns are: {', '.join(table.columns) or 'none'}",
            where=table.path,
            remedy=_REMEDY,
        )
    rows = tuple((number, {key.lower(): cell for key, cell in row.items()}) for number, row in table.rows)
    return Table(table.path, columns, rows)


def _example(table: Table, number: int, row: Row, fold: int, default_dataset: str) -> Example:
    """Raises ValueError that says what is wrong with the row."""
    if not row["image"]:
        raise ValueError("the image is not named")
    dataset = row.get("dataset") or default_dataset
    group = row.get("group") or row["image"]
    test_fold = _fold(row.get("fold", "")) or hashed_fold(group)
    stated = _part(row.get("part", ""))
    if dataset in RESERVED or row.get("source") in RESERVED:
        stated = Part.TEST
    folder = table.path.parent
    return Example(
        name=row["image"],
        dataset=dataset,
        label=_label(row["label"]),
        group=f"{dataset} {group}",
        part=stated or part_of(test_fold, hashed_tenth(group), fold),
        image=folder / row["image"],
        square_image=None,
        mask=folder / row["mask"] if row.get("mask") else None,
        fold=test_fold if stated is None else None,
        pixel_spacing_mm=_spacing(row.get("pixel_size_mm", "")),
        strata={key: cell for key, cell in row.items() if key and cell and key not in (*REQUIRED, *OPTIONAL)},
        listed_in=table.place(number),
    )


def _label(cell: str) -> str:
    label = cell.lower()
    if label not in CLASS_NAMES:
        raise ValueError(f"the label is {repr(cell) if cell else 'empty'}, not one of {', '.join(CLASS_NAMES)}")
    return label


def _fold(cell: str) -> int | None:
    if not cell:
        return None
    if cell not in [str(fold) for fold in range(1, FOLDS + 1)]:
        raise ValueError(f"the fold is {cell!r}, not a number from 1 to {FOLDS}")
    return int(cell)


def _part(cell: str) -> Part | None:
    if not cell:
        return None
    try:
        return Part(cell.lower())
    except ValueError:
        raise ValueError(f"the part is {cell!r}, not one of {', '.join(part.value for part in Part)}") from None


def _spacing(cell: str) -> tuple[float, float] | None:
    """(row, column) in mm of ``0.07`` or ``0.07 x 0.08``."""
    if not cell:
        return None
    try:
        sizes = [float(number) for number in _BETWEEN_NUMBERS.split(cell)]
    except ValueError:
        sizes = []
    if len(sizes) not in (1, 2) or not all(math.isfinite(size) and size > 0 for size in sizes):
        raise ValueError(f"the pixel size is {cell!r}, not a number of mm or row x column")
    return sizes[0], sizes[-1]
