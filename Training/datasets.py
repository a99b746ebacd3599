"""BUS-BRA and BUSI as lists of examples, with the split every number of this project is measured on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.frames import luminance

CLASS_NAMES = ("normal", "benign", "malignant")
_CALIBRATION_GROUP = 7  # of ten, by patient or near-duplicate group
_BUSI_TEST_GROUP = 3


class Part(str, Enum):
    """What an example is used for. Patients (BUS-BRA) and near-duplicate groups (BUSI) are never in two parts."""

    TRAIN = "train"
    CALIBRATION = "calibration"
    TEST = "test"


@dataclass(frozen=True)
class Example:
    """One labelled image. `square_image` is a copy squashed to 256x256; a mask is None for normals."""

    name: str
    dataset: str
    label: str
    group: str
    part: Part
    image: Path | None
    square_image: Path | None
    mask: Path | None

    def grey(self) -> NDArray[np.uint8]:
        """The image as luminance ``[H, W]``, the squashed copy where no other exists. Raises InputError."""
        path = self.image or self.square_image
        assert path is not None
        return read_grey(path)

    def mask_array(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """The lesion mask ``[H, W]`` on the image's grid; all False for a normal. Raises InputError."""
        if self.mask is None:
            return np.zeros(shape, dtype=bool)
        mask = read_grey(self.mask) > 127
        if mask.shape != shape:
            raise InputError(
                f"the mask has {mask.shape} pixels, its image {shape}", where=self.mask, remedy="Restore the data set"
            )
        return mask


def read_grey(path: Path) -> NDArray[np.uint8]:
    """A picture file as luminance ``[H, W]`` uint8. Raises InputError."""
    try:
        with Image.open(path) as picture:
            pixels = np.asarray(picture if picture.mode == "L" else picture.convert("RGB"))
    except OSError as error:
        raise InputError(f"cannot be read ({error})", where=path, remedy="Check the --data folder") from error
    return luminance(pixels)


def load_examples(data: Path, *, test_fold: int = 1) -> list[Example]:
    """All examples of BUS-BRA and BUSI below `data`.

    Test: BUS-BRA's official fold `test_fold` and a tenth of BUSI's groups. Calibration: a tenth of the remaining
    patients and groups. Training: the rest. Raises InputError where a table is missing.
    """
    return [*_busbra(data / "BUS-BRA", test_fold), *_busi(data / "BUSI")]


def _busbra(folder: Path, test_fold: int) -> list[Example]:
    folds = {row["ID"]: int(row["kFold"]) for row in _table(folder / "5-fold-cv.csv")}
    examples = []
    for row in _table(folder / "bus_data.csv"):
        name, case = row["ID"], int(row["Case"])
        part = Part.CALIBRATION if case % 10 == _CALIBRATION_GROUP else Part.TRAIN
        examples.append(
            Example(
                name=name,
                dataset="BUS-BRA",
                label=row["Pathology"],
                group=f"BUS-BRA {case}",
                part=Part.TEST if folds[name] == test_fold else part,
                image=folder / "images" / f"{name}.png",
                square_image=None,
                mask=folder / "masks" / f"{name.replace('bus_', 'mask_')}.png",
            )
        )
    return examples


def _busi(folder: Path) -> list[Example]:
    examples = []
    for row in _table(folder / "metadata.csv"):
        tenth = int(row["split_group"]) % 10
        part = {_CALIBRATION_GROUP: Part.CALIBRATION, _BUSI_TEST_GROUP: Part.TEST}.get(tenth, Part.TRAIN)
        paths = {key: folder / row[key] if row[key] else None for key in ("image", "image_256", "mask")}
        examples.append(
            Example(
                name=row["id"],
                dataset="BUSI",
                label=row["label"],
                group=f"BUSI {row['split_group']}",
                part=part,
                image=paths["image"],
                square_image=paths["image_256"],
                mask=paths["mask"],
            )
        )
    return examples


def _table(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise InputError(
            f"the table cannot be read ({error.strerror})", where=path, remedy="Give the folder of the data sets"
        ) from error
