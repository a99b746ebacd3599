"""What may be given as data, and who is tested in which fold of it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import InputError, OptionError
from Testing.training.conftest import write_table
from Training.data.checks import check_examples
from Training.data.example import Part
from Training.data.loading import load_examples

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def test_bus_bra_comes_before_busi_each_in_the_order_of_its_table(data: Path) -> None:
    examples = load_examples(data)
    assert [example.dataset for example in examples] == ["BUS-BRA"] * 80 + ["BUSI"] * 40
    assert [example.name for example in examples[:3]] == ["bus_0000-l", "bus_0000-r", "bus_0001-l"]
    assert [example.name for example in examples[80:83]] == ["benign (0)", "malignant (1)", "normal (2)"]


def test_in_fold_1_the_official_fold_and_the_third_tenth_are_tested_and_the_seventh_calibrates(data: Path) -> None:
    for example in load_examples(data):
        number = int(example.group.split()[1])
        tested = number % 5 == 0 if example.dataset == "BUS-BRA" else number % 10 == 3
        expected = Part.TEST if tested else Part.CALIBRATION if number % 10 == 7 else Part.TRAIN
        assert example.part is expected


@pytest.mark.parametrize(("fold", "tenth"), [(1, 3), (2, 5), (3, 9), (4, 1), (5, 8)])
def test_every_fold_tests_its_own_tenth_of_busi(data: Path, fold: int, tenth: int) -> None:
    tested = [example for example in load_examples(data / "BUSI", fold=fold) if example.part is Part.TEST]
    assert {int(example.group.split()[1]) % 10 for example in tested} == {tenth}
    assert {example.fold for example in tested} == {fold}


def test_a_data_set_that_is_not_trained_on_is_tested_as_a_whole(data: Path) -> None:
    examples = load_examples(data, train_on={"BUS-BRA"})
    assert {example.part for example in examples if example.dataset == "BUSI"} == {Part.TEST}
    assert {example.part for example in examples if example.dataset == "BUS-BRA"} == set(Part)


def test_what_was_trained_on_need_not_be_there_to_be_evaluated_elsewhere(data: Path) -> None:
    assert {example.part for example in load_examples(data / "BUSI", train_on={"BUS-BRA"})} == {Part.TEST}


def test_the_archive_of_bus_bra_has_its_folders_in_capitals(data: Path) -> None:
    folder = data / "BUS-BRA"
    for name in ("images", "masks"):
        (folder / name).rename(folder / "moving")
        (folder / "moving").rename(folder / name.capitalize())
    check_examples(load_examples(folder))


def test_the_scanner_and_the_birads_category_of_bus_bra_are_strata(data: Path) -> None:
    row = {"ID": "bus_0001-l", "Case": 1, "Histology": "cyst", "Pathology": "benign", "BIRADS": 2,
           "Device": "Toshiba", "Width": 1, "Height": 1, "Side": "left", "BBOX": "[1,2,3,4]"}  # fmt: skip
    write_table(data / "BUS-BRA" / "bus_data.csv", [row])
    (example,) = load_examples(data / "BUS-BRA")
    assert example.strata == {"birads": "2", "scanner": "Toshiba", "histology": "cyst", "side": "left"}
    assert example.mask_array(example.gray().shape).any()  # the size that the table states is not used


@pytest.mark.parametrize("fold", [0, 6])
def test_there_are_five_folds(data: Path, fold: int) -> None:
    with pytest.raises(OptionError, match=f"no fold {fold}.*1 to 5"):
        load_examples(data, fold=fold)


def test_what_is_accepted_is_said_where_nothing_is_found(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"BUS-BRA.*BUSI.*BrEaST.*CSV table"):
        load_examples(tmp_path)
    with pytest.raises(InputError, match=r"no such file or folder.*BUS-BRA"):
        load_examples(tmp_path / "absent")


def test_a_file_that_is_not_a_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("benign")
    with pytest.raises(InputError, match=r"notes\.txt.*not a table"):
        load_examples(tmp_path / "notes.txt")


def test_a_missing_table_is_named(data: Path) -> None:
    (data / "BUS-BRA" / "5-fold-cv.csv").unlink()
    with pytest.raises(InputError, match=r"5-fold-cv\.csv"):
        load_examples(data)


def test_a_damaged_number_is_named_with_its_row(data: Path) -> None:
    table = data / "BUSI" / "metadata.csv"
    lines = table.read_text().splitlines()
    lines[2] = lines[2].rpartition(",")[0] + ",one"
    table.write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"metadata\.csv: row 3: the split_group is 'one'"):
        load_examples(data)


def test_the_same_data_set_twice_is_refused_for_its_images_would_be_on_both_sides(data: Path) -> None:
    shutil.copytree(data / "BUSI", data / "BUSI-copy")
    with pytest.raises(InputError, match="BUSI is there twice, in BUSI and in BUSI-copy"):
        load_examples(data)


def test_a_folder_with_a_table_of_images_is_a_data_set_of_its_name(
    write_csv: Callable[[list[dict[str, object]]], Path], patients: list[dict[str, object]]
) -> None:
    table = write_csv(patients)
    table.rename(table.with_name("metadata.csv"))
    assert {example.dataset for example in load_examples(table.parent)} == {table.parent.name}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the data sets are not beside the repository (../shared/data)")
@pytest.mark.parametrize("fold", range(1, 6))
def test_the_real_data_sets_have_their_published_sizes_and_keep_patients_apart(fold: int) -> None:
    examples = load_examples(SHARED, fold=fold)  # which raises where a patient is on both sides
    assert sum(example.dataset == "BUS-BRA" for example in examples) == 1875
    assert sum(example.dataset == "BUSI" for example in examples) == 582
    assert all({e.label for e in examples if e.part is part} == {"normal", "benign", "malignant"} for part in Part)
    patients = {example.group for example in examples if example.dataset == "BUS-BRA"}
    assert len(patients) == 1064
    assert sum(example.dataset == "BUS_UC" for example in examples) == 801
    assert {example.part for example in examples if example.dataset == "BUS_UC"} == {Part.TEST}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the data sets are not beside the repository (../shared/data)")
def test_bus_uclm_is_tested_as_a_whole_and_trained_on_without_what_gives_its_classes_away() -> None:
    whole = [e for e in load_examples(SHARED, train_on={"BUS-BRA"}) if e.dataset == "BUS-UCLM"]
    assert Counter(e.label for e in whole) == {"normal": 419, "benign": 174, "malignant": 90}
    assert len({e.group for e in whole}) == 37
    assert sum(e.may_be_trained_on for e in whole) == 633
    assert sum(bool(e.painted_over) for e in whole) == 667
    trained = [e for e in load_examples(SHARED) if e.dataset == "BUS-UCLM" and e.part is not Part.TEST]
    assert trained
    assert all(e.may_be_trained_on and e.strata["doppler"] == "no" for e in trained)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the data sets are not beside the repository (../shared/data)")
def test_the_real_data_sets_pass_every_check_of_their_files() -> None:
    check_examples(load_examples(SHARED))
