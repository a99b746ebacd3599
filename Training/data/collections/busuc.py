"""BUS_UC (Iqbal and Sharif 2024, 10.1016/j.engappai.2023.107292): 801 lesion images, squashed to 256x256 as published.

For evaluation alone: its right to be licensed is not certain, so that nothing may be trained, tuned or chosen on it.
"""

from __future__ import annotations

from pathlib import Path

from ..example import Example, Part
from ..tables import read_csv

NAME = "BUS_UC"
TABLE = "metadata.csv"
WHY = "its right to be licensed is not certain"
_COLUMNS = ("image", "mask", "label", "group_id", "source", "original_name", "mask_fraction")


def is_busuc(folder: Path) -> bool:
    """Whether the folder holds this data set's table."""
    table = folder / TABLE
    return table.is_file() and set(_COLUMNS) <= set(read_csv(table).columns)


def load_busuc(folder: Path) -> list[Example]:
    """All its images, in the order of its table, every one of them for testing. Raises InputError.

    Its groups are blocks of file numbers, not patients: neighbors often show the same lesion.
    """
    table = read_csv(folder / TABLE, _COLUMNS)
    return [
        Example(
            name=Path(row["image"]).stem,
            dataset=NAME,
            label=row["label"],
            group=f"{NAME} {row['group_id']}",
            part=Part.TEST,
            image=folder / row["image"],
            square_image=None,
            mask=folder / row["mask"] if row["mask"] else None,
            listed_in=table.place(number),
        )
        for number, row in table.rows
    ]
