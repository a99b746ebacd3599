"""BUS-BRA (Gómez-Flores et al. 2024, 10.1002/mp.16812): 1875 images of 1064 patients, official folds."""

from __future__ import annotations

from pathlib import Path

from BreastUSAILib.engine.errors import InputError

from ..example import Example
from ..splits import part_of
from ..tables import read_csv, whole_number

NAME = "BUS-BRA"
TABLE = "bus_data.csv"
_FOLDS_TABLE = "5-fold-cv.csv"
_STRATA = {"birads": "BIRADS", "scanner": "Device", "histology": "Histology", "side": "Side"}


def is_busbra(folder: Path) -> bool:
    """Whether the folder holds this data set's table."""
    return (folder / TABLE).is_file()


def load_busbra(folder: Path, fold: int) -> list[Example]:
    """All its images, in the order of its table; test: the official fold. Raises InputError.

    The table's image sizes are not used: four of them are wrong.
    """
    official = read_csv(folder / _FOLDS_TABLE, ("ID", "kFold"))
    folds = {row["ID"]: whole_number(official, number, "kFold", row["kFold"]) for number, row in official.rows}
    table = read_csv(folder / TABLE, ("ID", "Case", "Pathology"))
    images, masks = _subfolder(folder, "images"), _subfolder(folder, "masks")
    examples = []
    for number, row in table.rows:
        name, case = row["ID"], whole_number(table, number, "Case", row["Case"])
        if name not in folds:
            raise InputError(f"the image {name} has no fold", where=official.path, remedy="Restore the published table")
        examples.append(
            Example(
                name=name,
                dataset=NAME,
                label=row["Pathology"],
                group=f"{NAME} {case}",
                part=part_of(folds[name], case % 10, fold),
                image=images / f"{name}.png",
                square_image=None,
                mask=masks / f"{name.replace('bus_', 'mask_')}.png",
                fold=folds[name],
                strata={stratum: row[column] for stratum, column in _STRATA.items() if row.get(column)},
                listed_in=table.place(number),
            )
        )
    return examples


def _subfolder(folder: Path, name: str) -> Path:
    """`name` below the folder, in capitals as the published archive has it where that is what is there."""
    published = folder / name.capitalize()
    return published if published.is_dir() and not (folder / name).is_dir() else folder / name
