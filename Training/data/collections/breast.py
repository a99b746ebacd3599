"""BrEaST (Breast-Lesions-USG, Pawłowska et al. 2024, 10.1038/s41597-024-02984-z; TCIA 10.7937/9WKK-Q141).

256 images of as many patients. Reserved: it is the external test, and nothing is trained, tuned or chosen on it.
"""

from __future__ import annotations

import re
from pathlib import Path

from BreastUSAILib.engine.errors import InputError

from ..example import Example, Part
from ..tables import Row, Table, read_csv
from ..xlsx_table import read_xlsx

NAME = "BrEaST"
WHY = "it is the external test"
_COLUMNS = ("Image_filename", "Mask_tumor_filename", "Classification")
_STRATA = {"birads": "BIRADS", "histology": "Diagnosis", "tissue_composition": "Tissue_composition"}
_MM_PER_CM = 10  # the table's Pixel_size is in cm, by the paper's table of columns
_TUMOUR_MASK = re.compile(r"case\d{3}_tumor\.\w+")


def find_table(place: Path) -> Path | None:
    """The clinical table: `place` itself, in that folder, or beside it where it is the folder of the images."""
    if place.is_file():
        return place if _is_clinical(place) else None
    beside = place.parent if any(place.glob("case*_tumor.png")) else place
    for folder in dict.fromkeys((place, beside)):
        for path in sorted((*folder.glob("*.csv"), *folder.glob("*.xlsx"))):
            if not path.name.startswith(("~", ".")) and _is_clinical(path):
                return path
    return None


def is_breast(place: Path) -> bool:
    """Whether this is BrEaST: its clinical table, or a folder that has one."""
    return find_table(place) is not None


def load_breast(place: Path) -> list[Example]:
    """All its images in the order of the clinical table, every one of them for testing.

    `place` is the clinical table (.xlsx or .csv), or a folder; the images may be anywhere below it. The truth is the
    tumor's mask: what the table calls other areas is left out. Raises InputError.
    """
    path = find_table(place)
    if path is None:
        raise InputError(
            f"no table here has the columns {', '.join(_COLUMNS)}",
            where=place,
            remedy="Put the clinical data of BrEaST (.xlsx or .csv) beside its images",
        )
    table = _read(path)
    folder = place if place.is_dir() else place.parent
    files = {file.name: file for file in sorted(folder.rglob("*.png"))}
    return [_example(table, number, row, folder, files) for number, row in table.rows if row["Image_filename"]]


def is_of_breast(example: Example) -> bool:
    """Whether it is an image of BrEaST, by its data set's name or by the file name of its mask."""
    return example.dataset == NAME or any(_TUMOUR_MASK.fullmatch(path.name) for path in example.masks)


def _is_clinical(path: Path) -> bool:
    try:
        return set(_COLUMNS) <= set(_read(path).columns)
    except InputError:
        return False


def _read(path: Path) -> Table:
    return read_xlsx(path, _COLUMNS) if path.suffix.lower() == ".xlsx" else read_csv(path, _COLUMNS)


def _example(table: Table, number: int, row: Row, folder: Path, files: dict[str, Path]) -> Example:
    def found(name: str) -> Path:
        return files.get(name, folder / name)

    masks = tuple(found(name.strip()) for name in row["Mask_tumor_filename"].split("&") if name.strip())
    name = Path(row["Image_filename"]).stem
    return Example(
        name=name,
        dataset=NAME,
        label=row["Classification"].lower(),
        group=f"{NAME} {row.get('CaseID') or name}",
        part=Part.TEST,
        image=found(row["Image_filename"]),
        square_image=None,
        mask=masks[0] if masks else None,
        further_masks=masks[1:],
        pixel_spacing_mm=_spacing(row.get("Pixel_size", "")),
        strata={stratum: row[column] for stratum, column in _STRATA.items() if row.get(column)},
        listed_in=table.place(number),
    )


def _spacing(cell: str) -> tuple[float, float] | None:
    try:
        size = float(cell) * _MM_PER_CM
    except ValueError:
        return None
    return (size, size) if 0 < size < float("inf") else None
