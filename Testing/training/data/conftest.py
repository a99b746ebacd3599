"""Made-up data sets in the layouts that researchers download, and a table of their own."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pytest
from PIL import Image, ImageFilter

from Testing.engine.reading.dicom.dicom_writing import dicom_dataset, ultrasound_region
from Testing.engine.reading.dicom.dicom_writing import save as save_dicom
from Testing.training.conftest import picture, save, write_table

BREAST_COLUMNS = (
    "CaseID", "Image_filename", "Mask_tumor_filename", "Mask_other_filename", "Pixel_size", "Tissue_composition",
    "BIRADS", "Diagnosis", "Classification",
)  # fmt: skip
BREAST_ROWS = (
    ("1", "case001.png", "case001_tumor.png", "", "0.007", "homogeneous: fat", "4a", "Fibroadenoma", "benign"),
    ("2", "case002.png", "case002_tumor.png", "case002_other1.png", "0.0085", "", "5", "Invasive cancer", "malignant"),
    ("3", "case003.png", "", "", "0.01", "lactating", "1", "not applicable", "normal"),
)


def smooth_picture(seed: int, rows: int = 90, columns: int = 110) -> np.ndarray:
    """Blobs a tenth of the picture wide: like tissue, and unlike noise, it survives being squashed."""
    coarse = np.random.default_rng(seed).integers(0, 255, size=(9, 11)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((columns, rows), Image.Resampling.BICUBIC))


@pytest.fixture
def published_busi(tmp_path: Path) -> Path:
    """Eight images: benign 1 and 2 show one frame, so do benign 4 and malignant 1; benign 3 has two lesions."""
    folder = tmp_path / "Dataset_BUSI_with_GT"
    _, mask = picture(0)
    scans = {"benign (1)": 1, "benign (2)": 1, "benign (3)": 3, "benign (4)": 9, "malignant (1)": 9,
             "malignant (2)": 6, "malignant (10)": 7, "normal (1)": 8}  # fmt: skip
    for name, seed in scans.items():
        label = name.split()[0]
        image = Image.fromarray(smooth_picture(seed))
        if name == "benign (2)":
            image = image.filter(ImageFilter.GaussianBlur(1)).resize((121, 99))
        save(folder / label / f"{name}.png", np.asarray(image.convert("RGB")))
        drawn = np.zeros_like(mask) if label == "normal" else mask
        save(folder / label / f"{name}_mask.png", np.asarray(Image.fromarray(drawn).resize(image.size)))
    second = np.zeros_like(mask)
    second[5:15, 5:15] = 255
    save(folder / "benign" / "benign (3)_mask_1.png", second)
    return folder


@pytest.fixture
def duplicates(tmp_path: Path) -> Path:
    """The list of near-duplicates for `published_busi`, in the layout of the real one."""
    path = tmp_path / "duplicates" / "busi_duplicate_groups.csv"
    pairs = {1: ("benign (1)", "benign (2)"), 2: ("benign (4)", "malignant (1)")}
    write_table(path, [{"dup_group": group, "id": name} for group, names in pairs.items() for name in names])
    return path


def breast_lines() -> list[tuple[str, ...]]:
    return [BREAST_COLUMNS, *BREAST_ROWS]


def write_workbook(path: Path, lines: list[tuple[str, ...]]) -> None:
    """Two sheets, a data dictionary first; texts shared, empty cells left out, as Excel does it."""
    shared: list[str] = []

    def cell(row: int, column: int, text: str) -> str:
        place = f"{chr(ord('A') + column)}{row}"
        if text.replace(".", "").isdigit():
            return f'<c r="{place}"><v>{text}</v></c>'
        shared.append(text)
        return f'<c r="{place}" t="s"><v>{len(shared) - 1}</v></c>'

    def sheet(rows: list[tuple[str, ...]]) -> str:
        body = "".join(
            f'<row r="{number}">{"".join(cell(number, column, text) for column, text in enumerate(row) if text)}</row>'
            for number, row in enumerate(rows, start=1)
        )
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        return f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet([("Column", "Meaning"), ("CaseID", "number & patient")]))
        archive.writestr("xl/worksheets/sheet2.xml", sheet(lines))
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{items}</sst>')


@pytest.fixture
def breast(tmp_path: Path) -> Path:
    """BrEaST as TCIA gives it: a workbook beside the folder of images; masks are drawn on a transparent ground."""
    folder = tmp_path / "BrEaST"
    images = folder / "BrEaST-Lesions_USG-images_and_masks"
    for row in BREAST_ROWS:
        image, mask = picture(int(row[0]))
        opaque = np.full_like(image, 255)
        save(images / row[1], np.dstack([image, image, image, opaque]))
        for name in filter(None, row[2:4]):
            save(images / name, np.dstack([np.zeros((*mask.shape, 3), np.uint8), mask]))
    write_workbook(folder / "BrEaST-Lesions-USG-clinical-data-Dec-15-2023.xlsx", breast_lines())
    return folder


Row = dict[str, object]


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[[list[Row]], Path]:
    """Writes the rows as ``mine.csv`` and every image and mask that they name and that is not there yet."""

    def write(rows: list[Row]) -> Path:
        for number, row in enumerate(rows):
            image, mask = picture(number)
            for column, pixels in (("image", image), ("mask", mask)):
                name = str(row.get(column, ""))
                if name and not (tmp_path / name).exists():
                    save(tmp_path / name, pixels)
        write_table(tmp_path / "mine.csv", rows)
        return tmp_path / "mine.csv"

    return write


@pytest.fixture
def patients() -> list[Row]:
    """Thirty patients, two images each, a third of them normal."""
    labels = ("normal", "benign", "malignant")
    return [
        {
            "image": f"scans/{patient:02d}{side}.png",
            "label": labels[patient % 3],
            "mask": f"masks/{patient:02d}{side}.png" if patient % 3 else "",
            "group": f"P{patient}",
        }
        for patient in range(30)
        for side in "lr"
    ]


@pytest.fixture
def dicom_scan(tmp_path: Path) -> Path:
    """A DICOM still of 90x110 with a tissue region of 60x50 pixels at 0.5 mm."""
    image, _ = picture(1)
    region = ultrasound_region(
        RegionLocationMinX0=10, RegionLocationMinY0=20, RegionLocationMaxX1=69, RegionLocationMaxY1=69
    )
    return save_dicom(dicom_dataset(image, SequenceOfUltrasoundRegions=[region]), tmp_path / "scan.dcm")
