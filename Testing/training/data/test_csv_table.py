"""A researcher's own images: what the table may say, and what is said where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import InputError
from Training.data.checks import check_trainable
from Training.data.example import Part
from Training.data.loading import load_examples

Row = dict[str, object]
WriteCsv = Callable[[list[Row]], Path]


def test_image_and_label_are_enough(write_csv: WriteCsv) -> None:
    table = write_csv([{"image": "a.png", "label": "Benign"}, {"image": "b.png", "label": "NORMAL"}])
    first, second = load_examples(table)
    assert (first.label, second.label) == ("benign", "normal")
    assert (first.dataset, first.group, second.group) == ("mine", "mine a.png", "mine b.png")
    assert (first.mask, first.pixel_spacing_mm) == (None, None)
    assert first.image == table.parent / "a.png"


def test_a_table_of_thirty_patients_can_be_trained_on_in_every_fold(write_csv: WriteCsv, patients: list[Row]) -> None:
    table = write_csv(patients)
    for fold in range(1, 6):
        examples = load_examples(table, fold=fold)
        check_trainable(examples, pixels=fold == 1)
        assert {example.fold == fold for example in examples if example.part is Part.TEST} == {True}


def test_headings_in_capitals_and_further_columns_as_strata(write_csv: WriteCsv) -> None:
    table = write_csv([{"image": "a.png", "label": "benign", "BIRADS": "3", "Scanner": ""}])
    text = table.read_text().replace("image,label", "Image, Label ")
    table.write_text(f"\ufeff{text}\n,,,\n", encoding="utf-8")  # Excel's byte order mark, and a blank last row
    (example,) = load_examples(table)
    assert example.strata == {"birads": "3"}
    assert example.listed_in == "mine.csv, row 2"


@pytest.mark.parametrize(
    ("cell", "spacing"),
    [("0.07", (0.07, 0.07)), ("0.07 x 0.08", (0.07, 0.08)), ("0.07X0.08", (0.07, 0.08)), ("", None)],
)
def test_a_pixel_size_is_one_number_or_row_by_column(
    write_csv: WriteCsv, cell: str, spacing: tuple[float, float] | None
) -> None:
    table = write_csv([{"image": "a.png", "label": "benign", "pixel_size_mm": cell}])
    assert load_examples(table)[0].pixel_spacing_mm == spacing


def test_an_image_may_be_dicom(write_csv: WriteCsv, dicom_scan: Path) -> None:
    (example,) = load_examples(write_csv([{"image": dicom_scan.name, "label": "benign", "mask": "m.png"}]))
    assert example.frames().region is not None
    assert example.mask_array((90, 110)).any()


def test_stated_folds_are_kept(write_csv: WriteCsv) -> None:
    table = write_csv([{"image": f"{fold}.png", "label": "benign", "fold": fold} for fold in range(1, 6)])
    for fold in range(1, 6):
        tested = [example.name for example in load_examples(table, fold=fold) if example.part is Part.TEST]
        assert tested == [f"{fold}.png"]


def test_stated_parts_are_kept_in_every_fold(write_csv: WriteCsv) -> None:
    table = write_csv([{"image": f"{part}.png", "label": "benign", "part": part.capitalize()}
                       for part in ("train", "calibration", "test")])  # fmt: skip
    for fold in range(1, 6):
        assert [example.part.value for example in load_examples(table, fold=fold)] == ["train", "calibration", "test"]


def test_a_table_may_list_several_data_sets(write_csv: WriteCsv) -> None:
    table = write_csv([{"image": f"{name}.png", "label": "benign", "group": "P1", "dataset": name} for name in "AB"])
    first, second = load_examples(table, train_on={"A"})
    assert (first.group, second.group) == ("A P1", "B P1")
    assert second.part is Part.TEST


def test_wrong_columns_are_answered_with_those_found_and_those_wanted(write_csv: WriteCsv) -> None:
    table = write_csv([{"file": "a.png", "diagnosis": "benign"}])
    with pytest.raises(InputError, match=r"lacks image and label; its columns are: file, diagnosis.*pixel_size_mm"):
        load_examples(table)


def test_a_column_given_twice_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("image,label,Label\na.png,benign,normal\n")
    with pytest.raises(InputError, match="has label more than once"):
        load_examples(tmp_path / "mine.csv")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"label": "cyst"}, "row 3: the label is 'cyst', not one of normal, benign, malignant"),
        ({"label": ""}, "row 3: the label is empty"),
        ({"image": ""}, "row 3: the image is not named"),
        ({"fold": "6"}, "row 3: the fold is '6', not a number from 1 to 5"),
        ({"part": "validation"}, "row 3: the part is 'validation', not one of train, calibration, test"),
        ({"pixel_size_mm": "-1"}, "row 3: the pixel size is '-1'"),
        ({"pixel_size_mm": "1 x 2 x 3"}, "row 3: the pixel size is '1 x 2 x 3'"),
        ({"pixel_size_mm": "nan"}, "row 3: the pixel size is 'nan'"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row(write_csv: WriteCsv, wrong: Row, said: str) -> None:
    right = {"image": "a.png", "label": "benign", "fold": "", "part": "", "pixel_size_mm": ""}
    with pytest.raises(InputError) as caught:
        load_examples(write_csv([right, {**right, "image": "b.png", **wrong}]))
    assert said in str(caught.value)


def test_all_wrong_rows_are_told_at_once_the_first_twenty_in_words(write_csv: WriteCsv) -> None:
    with pytest.raises(InputError, match=r"25 problems: \(1\) row 2: .*\(20\) row 21: .*; and 5 more"):
        load_examples(write_csv([{"image": f"{number}.png", "label": "?"} for number in range(25)]))


def test_a_patient_in_two_folds_or_parts_is_refused(write_csv: WriteCsv) -> None:
    both = {"label": "benign", "group": "P1"}
    table = write_csv([{**both, "image": "a.png", "fold": 2}, {**both, "image": "b.png", "fold": 3}])
    with pytest.raises(InputError, match=r"group mine P1 .*row 2.*row 3"):
        load_examples(table)


def test_a_cell_with_a_loose_comma_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("image,label\na.png,benign\nb,c.png,benign\n")
    with pytest.raises(InputError, match="row 3 has 3 cells for 2 columns"):
        load_examples(tmp_path / "mine.csv")


@pytest.mark.parametrize("text", ["", "image,label\n"])
def test_an_empty_table_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(InputError, match=r"no rows|lacks image and label"):
        load_examples(tmp_path / "mine.csv")


def test_a_table_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes("image,label\nKölner.png,benign\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        load_examples(tmp_path / "mine.csv")
