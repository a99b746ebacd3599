"""Phantoms as a data set: pictures, outlines and the table that ``--data`` takes."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from PIL import Image
from rich.progress import track

from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.phantom.cases import random_spec
from BreastUSAILib.phantom.frame import render
from BreastUSAILib.report.atomic import atomic_file, output_errors

TABLE = "data.csv"
COLUMNS = ("image", "mask", "label", "group", "pixel_size_mm", "dataset")


def write_phantoms(folder: Path, count: int, seed: int, *, collections: int = 1) -> Path:
    """Write `count` phantoms of each class below `folder`; returns the table. The same seed gives the same files.

    They are said to be of that many `collections`, in turn. Raises OutputError where they cannot be written; then there
    is no table.
    """
    with output_errors(folder):
        return _written(folder, count, seed, collections)


def _written(folder: Path, count: int, seed: int, collections: int) -> Path:
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    wanted = [(number, label) for number in range(count) for label in (Label.NORMAL, Label.BENIGN, Label.MALIGNANT)]
    rows = []
    for number, label in track(wanted, "Simulating", disable=not sys.stderr.isatty()):
        phantom = render(random_spec(seed * 100_000 + number, label))
        name = f"{label.value}_{number:04d}.png"
        Image.fromarray(phantom.pixels).save(folder / "images" / name)
        mask = (phantom.lesion_labels > 0).astype("uint8") * 255
        if mask.any():
            Image.fromarray(mask).save(folder / "masks" / name)
        row, column = phantom.pixel_spacing_mm
        shown = {"image": f"images/{name}", "mask": f"masks/{name}" if mask.any() else "", "label": phantom.label.value}
        size = f"{row:.5f} x {column:.5f}"
        dataset = f"phantoms-{number % collections + 1}" if collections > 1 else ""
        rows.append({**shown, "group": name.removesuffix(".png"), "pixel_size_mm": size, "dataset": dataset})
    table = folder / TABLE
    with atomic_file(table) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return table
