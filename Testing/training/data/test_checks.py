"""What is said of data that cannot be trained on or measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError, OptionError
from Testing.training.conftest import save
from Training.data.checks import check_examples, check_trainable
from Training.data.loading import load_examples

Row = dict[str, object]
WriteCsv = Callable[[list[Row]], Path]


def test_the_made_up_data_sets_pass(data: Path) -> None:
    check_trainable(load_examples(data), {"BUSI"}, pixels=True)


@pytest.fixture
def table(write_csv: WriteCsv, patients: list[Row]) -> Path:
    return write_csv(patients)


def test_a_missing_image_is_named_with_its_row(table: Path) -> None:
    (table.parent / "scans" / "03l.png").unlink()
    with pytest.raises(InputError, match=r"mine\.csv, row 8 \(scans/03l\.png\): there is no file .*03l\.png"):
        check_examples(load_examples(table))


def test_a_missing_mask_is_named(table: Path) -> None:
    (table.parent / "masks" / "01l.png").unlink()
    with pytest.raises(InputError, match=r"row 4 .*no file .*masks/01l\.png"):
        check_examples(load_examples(table))


def test_what_is_not_an_image_is_named(table: Path) -> None:
    (table.parent / "scans" / "03l.png").write_text("not a picture")
    with pytest.raises(InputError, match=r"row 8 .*03l\.png"):
        check_examples(load_examples(table))


def test_a_mask_of_another_size_is_told_from_the_headers_alone(table: Path) -> None:
    save(table.parent / "masks" / "01l.png", np.zeros((9, 8), np.uint8))
    with pytest.raises(InputError, match=r"row 4 .*the mask 01l\.png is 8x9 pixels, its image 110x90"):
        check_examples(load_examples(table))


def test_an_image_that_is_cut_short_is_found_in_its_pixels(table: Path) -> None:
    path = table.parent / "scans" / "03l.png"
    path.write_bytes(path.read_bytes()[:2000])
    check_examples(load_examples(table))
    with pytest.raises(InputError, match=r"row 8 .*03l\.png: cannot be read"):
        check_examples(load_examples(table), pixels=True)


def test_an_empty_mask_on_a_lesion_is_found_in_its_pixels(table: Path) -> None:
    save(table.parent / "masks" / "01l.png", np.zeros((90, 110), np.uint8))
    with pytest.raises(InputError, match=r"row 4 .*the lesion's mask 01l\.png is empty"):
        check_examples(load_examples(table), pixels=True)


def test_a_normal_may_have_an_empty_mask_but_no_outline(write_csv: WriteCsv, patients: list[Row]) -> None:
    patients[0]["mask"] = "masks/normal.png"
    table = write_csv(patients)
    with pytest.raises(InputError, match=r"row 2 .*normal, but its mask outlines something"):
        check_examples(load_examples(table), pixels=True)
    save(table.parent / "masks" / "normal.png", np.zeros((90, 110), np.uint8))
    check_examples(load_examples(table), pixels=True)


def test_an_image_listed_for_two_patients_is_told(write_csv: WriteCsv, patients: list[Row]) -> None:
    with pytest.raises(InputError, match=r"row 62 .*listed before, as mine\.csv, row 3"):
        check_examples(load_examples(write_csv([*patients, {**patients[1], "group": "P99"}])))


def test_a_part_of_one_class_is_told(write_csv: WriteCsv, patients: list[Row]) -> None:
    for row in patients:
        row["part"] = "test" if row["label"] == "malignant" else "train"
    with pytest.raises(InputError, match="the part test has one class only, malignant"):
        check_examples(load_examples(write_csv(patients)))


def test_normals_alone_are_told(write_csv: WriteCsv, patients: list[Row]) -> None:
    normals = write_csv([row for row in patients if row["label"] == "normal"])
    with pytest.raises(InputError, match="no lesion among the images") as caught:
        check_examples(load_examples(normals), where=normals)
    assert caught.value.where == str(normals)


def test_no_image_at_all_is_told() -> None:
    with pytest.raises(InputError, match="no image"):
        check_examples([])


def test_every_problem_is_told_not_only_the_first(table: Path) -> None:
    (table.parent / "scans" / "03l.png").unlink()
    save(table.parent / "masks" / "01l.png", np.zeros((9, 8), np.uint8))
    with pytest.raises(InputError, match=r"2 problems: \(1\) .*row 4.*\(2\) .*row 8"):
        check_examples(load_examples(table))


def test_a_misspelt_data_set_to_train_on_is_told_with_those_that_are_there(data: Path) -> None:
    with pytest.raises(OptionError, match=r"BUSBRA is not here.*BUS-BRA, BUSI"):
        check_trainable(load_examples(data, train_on={"BUSBRA"}), {"BUSBRA"})


def test_nothing_left_to_train_on_is_told(write_csv: WriteCsv, patients: list[Row]) -> None:
    for row in patients:
        row["part"] = "test"
    examples = load_examples(write_csv(patients))
    check_examples(examples)
    with pytest.raises(InputError, match="no image to train on"):
        check_trainable(examples)
