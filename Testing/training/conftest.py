"""A tiny made-up data folder in the layout of BUS-BRA and BUSI."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def picture(seed: int, rows: int = 90, columns: int = 110) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    image = generator.integers(30, 220, size=(rows, columns)).astype(np.uint8)
    row, column = np.mgrid[:rows, :columns]
    mask = ((row - rows // 2) ** 2 + (column - columns // 2) ** 2 < 15**2).astype(np.uint8) * 255
    image[mask > 0] //= 4
    return image, mask


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Forty patients with two images each, and forty BUSI groups; normals exist squashed, half also at full size."""
    busbra, busi = tmp_path / "BUS-BRA", tmp_path / "BUSI"
    table, folds, meta = [], [], []
    for case in range(40):
        for side in "lr":
            name = f"bus_{case:04d}-{side}"
            label = "malignant" if case % 3 == 0 else "benign"
            image, mask = picture(case)
            save(busbra / "images" / f"{name}.png", image)
            save(busbra / "masks" / f"mask_{case:04d}-{side}.png", mask)
            table.append({"ID": name, "Case": case, "Pathology": label})
            folds.append({"ID": name, "kFold": case % 5 + 1})
        label = ("benign", "malignant", "normal")[case % 3]
        image, mask = picture(100 + case)
        row = {"id": f"{label} ({case})", "label": label, "image": "", "mask": "", "image_256": "", "split_group": case}
        if label != "normal" or case % 2:
            row["image"] = f"images/{label}/{case}.png"
            save(busi / row["image"], image)
        if label == "normal":
            row["image_256"] = f"images_256/{case}.png"
            save(busi / row["image_256"], np.asarray(Image.fromarray(image).resize((256, 256))))
        else:
            row["mask"] = f"masks/{label}/{case}.png"
            save(busi / row["mask"], mask)
        meta.append(row)
    write_table(busbra / "bus_data.csv", table)
    write_table(busbra / "5-fold-cv.csv", folds)
    write_table(busi / "metadata.csv", meta)
    return tmp_path
