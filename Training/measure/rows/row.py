"""The per-image table: what one image gave, complete enough to recompute every figure from it alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.report.atomic import atomic_file

NAN = float("nan")


@dataclass(frozen=True)
class Row:
    """What one image gave.

    A number is NaN, a decision None and a text empty where there is nothing to say: probabilities of a refused image,
    overlaps of a normal one, and everything of a partner network that was trained on the image.

    Args:
        name, dataset, group, label, part: of the example; `group` is the patient or near-duplicate group.
        fold: of the split that the image was held out by.
        trained_on: data sets of that split's training part, joined by ``+``.
        classifier, segmenter: ``name version sha256[:12]`` of the weights; empty where they may not be judged here.
        leak: what the networks were told that they must not know; empty in every honest run.
        strata: ``birads``, ``scanner``, ``histology``, ``side`` and so on, where known.
        verdict: the product's word.
        refused: whether the product gave no result.
        flags: codes, joined by ``;``.
        normal, benign, malignant: calibrated probabilities.
        malignancy_low, malignancy_high: 95 % interval of the likelihood of malignancy.
        above_sensitivity_95, above_specificity_90: malignant at the bundle's operating points.
        nearest_neighbour: class of the nearest training image by pixels; empty without training images.
        dice, iou: overlap of the outline with the lesion.
        hd95: 95th percentile Hausdorff distance; NaN without an outline.
        hd95_unit: ``px`` or ``mm``.
        predicted_area_px, true_area_px, image_area_px: outlined, lesion, and all pixels; `true_area_px` is None for
            a lesion that nobody outlined.
        heat_peak_in_lesion: whether the heat map's highest point lies in the lesion.
        heat_share_in_lesion: share of the heat map's sum that does.
    """

    name: str
    dataset: str
    group: str
    label: str
    part: str
    fold: int
    trained_on: str
    classifier: str
    segmenter: str
    verdict: str
    refused: bool
    true_area_px: int | None
    image_area_px: int
    leak: str = ""
    strata: Mapping[str, str] = field(default_factory=dict)
    flags: str = ""
    normal: float = NAN
    benign: float = NAN
    malignant: float = NAN
    malignancy_low: float = NAN
    malignancy_high: float = NAN
    above_sensitivity_95: bool | None = None
    above_specificity_90: bool | None = None
    nearest_neighbour: str = ""
    dice: float = NAN
    iou: float = NAN
    hd95: float = NAN
    hd95_unit: str = ""
    predicted_area_px: int | None = None
    heat_peak_in_lesion: bool | None = None
    heat_share_in_lesion: float = NAN

    @property
    def classified(self) -> bool:
        """Whether there are probabilities to judge."""
        return self.normal == self.normal

    @property
    def segmented(self) -> bool:
        """Whether there is an outline, or the lack of one, to judge."""
        return self.predicted_area_px is not None


COLUMNS_OF: Mapping[str, tuple[str, ...]] = {
    "classification": (
        "classifier", "normal", "benign", "malignant", "malignancy_low", "malignancy_high", "above_sensitivity_95",
        "above_specificity_90", "heat_peak_in_lesion", "heat_share_in_lesion",
    ),
    "segmentation": ("segmenter", "dice", "iou", "hd95", "hd95_unit", "predicted_area_px"),
}  # fmt: skip
"""What each network alone is answerable for."""

UNKNOWN: Mapping[str, Any] = {column.name: column.default for column in fields(Row)} | {
    "classifier": "",
    "segmenter": "",
}
"""What stands in a column of which nothing is known."""


def write_rows(rows: Iterable[Row], path: Path, first: Mapping[str, Sequence[str]] | None = None) -> None:
    """Write the table; floats keep every digit. Raises OutputError.

    Args:
        rows: the rows.
        path: the table.
        first: further columns, which stand before the others: a text a row.
    """
    before = first or {}
    with atomic_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*before, *(column.name for column in fields(Row))])
        for number, row in enumerate(rows):
            own = [_text(getattr(row, column.name)) for column in fields(Row)]
            writer.writerow([*(texts[number] for texts in before.values()), *own])


def read_rows(paths: Sequence[Path]) -> list[Row]:
    """The rows of one table, or of several (folds, seeds) one after the other. Raises InputError."""
    return [row for path in paths for row in _read(path)]


def _read(path: Path) -> list[Row]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            table = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the table cannot be read ({error})", where=path, remedy="Give a rows.csv") from error
    columns = {column.name: _READERS[str(column.type)] for column in fields(Row)}
    missing = sorted(set(columns) - set(table[0] if table else {}))
    if missing:
        raise InputError(
            f"the columns {', '.join(missing)} are missing" if table else "the table has no rows",
            where=path,
            remedy="Give a rows.csv that 'python -m Training evaluate' wrote",
        )
    rows = []
    for number, line in enumerate(table, start=2):
        try:
            rows.append(Row(**{name: read(line[name]) for name, read in columns.items()}))
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError(f"line {number} cannot be read ({error})", where=path, remedy="Repair it") from error
    return rows


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)
    return repr(float(value)) if isinstance(value, float) else str(value)


def _boolean(text: str) -> bool:
    if text not in ("True", "False"):
        raise ValueError(f"'{text}' is neither True nor False")
    return text == "True"


_READERS: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "int | None": lambda text: int(text) if text else None,
    "bool": _boolean,
    "bool | None": lambda text: _boolean(text) if text else None,
    "float": lambda text: float(text) if text else NAN,
    "Mapping[str, str]": json.loads,
}
