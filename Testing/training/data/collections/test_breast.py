"""The reserved external set: read as it is published, and never trained on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError, OptionError
from Testing.training.conftest import picture, write_table
from Training.data.checks import check_examples, check_trainable
from Training.data.example import Part
from Training.data.loading import load_examples
from Training.data.reserved import refuse_reserved

from ..conftest import BREAST_COLUMNS, BREAST_ROWS, breast_lines, write_workbook


def test_all_of_it_is_for_testing_in_every_fold(breast: Path) -> None:
    for fold in range(1, 6):
        assert {example.part for example in load_examples(breast, fold=fold)} == {Part.TEST}
    assert {example.part for example in load_examples(breast, train_on={"BrEaST"})} == {Part.TEST}


def test_the_workbook_is_read_as_it_is_published(breast: Path) -> None:
    examples = load_examples(breast)
    check_examples(examples, pixels=True)
    assert [(example.name, example.label, example.group) for example in examples] == [
        ("case001", "benign", "BrEaST 1"),
        ("case002", "malignant", "BrEaST 2"),
        ("case003", "normal", "BrEaST 3"),
    ]
    assert examples[0].strata == {
        "birads": "4a",
        "histology": "Fibroadenoma",
        "tissue_composition": "homogeneous: fat",
    }


def test_the_pixel_size_is_in_centimeters_in_the_table_and_in_millimeters_here(breast: Path) -> None:
    assert load_examples(breast)[0].pixel_spacing_mm == pytest.approx((0.07, 0.07))


def test_the_tumor_is_the_truth_and_other_areas_are_not(breast: Path) -> None:
    second = load_examples(breast)[1]
    assert [path.name for path in second.masks] == ["case002_tumor.png"]
    assert np.array_equal(second.mask_array((90, 110)), picture(2)[1] > 0)


@pytest.mark.parametrize("given", ["folder", "images", "workbook", "csv"])
def test_its_folder_its_images_or_its_table_may_be_given(breast: Path, given: str) -> None:
    images = breast / "BrEaST-Lesions_USG-images_and_masks"
    workbook = next(breast.glob("*.xlsx"))
    place = {"folder": breast, "images": images, "workbook": workbook, "csv": breast / "clinical.csv"}[given]
    if given == "csv":
        workbook.unlink()
        write_table(place, [dict(zip(BREAST_COLUMNS, row, strict=True)) for row in BREAST_ROWS])
    examples = load_examples(place)
    assert len(examples) == 3
    check_examples(examples)


def test_beside_the_other_data_sets_it_comes_last(data: Path, breast: Path) -> None:
    assert breast.parent == data
    assert [example.dataset for example in load_examples(data)[-4:]] == ["BUSI", *["BrEaST"] * 3]


def test_a_table_of_images_in_a_folder_of_its_name_is_reserved_too(
    write_csv: Callable[[list[dict[str, object]]], Path], patients: list[dict[str, object]]
) -> None:
    table = write_csv(patients)
    folder = table.parent / "BrEaST"
    folder.mkdir()
    for name in ("scans", "masks"):
        shutil.move(table.parent / name, folder / name)
    shutil.move(table, folder / "metadata.csv")
    assert {(example.dataset, example.part) for example in load_examples(folder)} == {("BrEaST", Part.TEST)}


def test_training_refuses_it(breast: Path) -> None:
    with pytest.raises(OptionError, match="BrEaST is reserved for evaluation"):
        check_trainable(load_examples(breast))


def test_training_on_other_sets_of_the_same_folder_is_not_refused(data: Path, breast: Path) -> None:
    examples = load_examples(data)
    assert any(example.dataset == "BrEaST" for example in examples)
    check_trainable(examples)
    with pytest.raises(OptionError, match="reserved"):
        refuse_reserved(load_examples(data, train_on={"BrEaST"}))


def test_a_table_of_ones_own_does_not_disguise_it(breast: Path) -> None:
    rows = [
        {"image": row[1], "mask": row[2], "label": row[8], "part": part}
        for row, part in zip(BREAST_ROWS, ("train", "train", "test"), strict=True)
    ]
    table = breast / "BrEaST-Lesions_USG-images_and_masks" / "mine.csv"
    write_table(table, rows)
    with pytest.raises(OptionError, match="reserved"):
        refuse_reserved(load_examples(table))


def test_a_workbook_without_the_columns_is_refused_with_their_names(breast: Path) -> None:
    workbook = next(breast.glob("*.xlsx"))
    write_workbook(workbook, [("CaseID", "Age"), ("1", "57")])
    with pytest.raises(InputError, match="Image_filename, Mask_tumor_filename, Classification"):
        load_examples(workbook)


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", breast_lines())
    damaged = tmp_path / "clinical.xlsx"
    damaged.write_bytes((tmp_path / "a.xlsx").read_bytes()[:300])
    with pytest.raises(InputError, match=r"clinical\.xlsx"):
        load_examples(damaged)
