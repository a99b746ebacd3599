"""The two collections of one scanner each: what is read of their tables, and what may be trained on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import InputError, OptionError
from BreastUSAILib.engine.images.frames import Rectangle
from Testing.training.conftest import picture, save, write_table
from Training.data.checks import check_trainable
from Training.data.example import Part
from Training.data.loading import load_examples
from Training.data.reserved import refuse_reserved


def uclm_row(number: int, **different: object) -> dict[str, object]:
    label = ("normal", "benign", "malignant")[number % 3]
    row: dict[str, object] = {
        "image": f"images/P{number // 3:02d}_{number:03d}.png",
        "mask": "" if label == "normal" else f"masks/{number}.png",
        "label": label,
        "group_id": f"UCLM-P{number // 3:02d}",
        "source": "BUS-UCLM",
        "doppler": "No",
        "marks": "Yes" if label != "normal" else "No",
        "combined": "No",
        "pictogram_box_xyxy": "90 70 110 90",
        "duplicate_of": "",
        "clean": 1,
    }
    return row | different


@pytest.fixture
def uclm(tmp_path: Path) -> Callable[..., Path]:
    """Writes BUS-UCLM's layout with fifty patients of three images; `different` by the number of a row."""

    def write(different: dict[int, dict[str, object]] | None = None) -> Path:
        folder = tmp_path / "data" / "uclm"
        rows = [uclm_row(number, **(different or {}).get(number, {})) for number in range(150)]
        for number, row in enumerate(rows):
            image, mask = picture(number)
            save(folder / str(row["image"]), image)
            if row["mask"]:
                save(folder / str(row["mask"]), mask)
        write_table(folder / "metadata.csv", rows)
        return folder

    return write


@pytest.fixture
def uc(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "renamed"
    rows = []
    for number in range(6):
        label = ("benign", "malignant")[number % 2]
        image, mask = picture(number, 256, 256)
        save(folder / f"images/{number}.png", image)
        save(folder / f"masks/{number}.png", mask)
        rows.append(
            {"image": f"images/{number}.png", "mask": f"masks/{number}.png", "label": label, "group_id": f"UC-{number}",
             "source": "BUS_UC", "width": 256, "height": 256, "original_name": "x.png", "colour_pixels": 0,
             "mask_fraction": 0.1}
        )  # fmt: skip
    write_table(folder / "metadata.csv", rows)
    return folder


def test_patients_calipers_and_the_pictogram_are_read(uclm: Callable[..., Path]) -> None:
    examples = load_examples(uclm(), fold=2)
    assert {example.dataset for example in examples} == {"BUS-UCLM"}
    assert len({example.group for example in examples}) == 50
    assert examples[1].strata == {"calipers": "yes", "doppler": "no", "two_views": "no"}
    assert examples[1].painted_over == (Rectangle(90, 70, 20, 20),)
    assert {example.part for example in examples} == set(Part)


@pytest.mark.parametrize("different", [{"clean": 0, "doppler": "Yes"}, {"duplicate_of": "P00_000"}])
def test_what_gives_the_class_away_is_tested_on_but_never_trained_on(
    uclm: Callable[..., Path], different: dict[str, object]
) -> None:
    folder = uclm(dict.fromkeys(range(150), different))
    assert {example.part for example in load_examples(folder)} == {Part.TEST}
    assert len(load_examples(folder, train_on={"BUS-BRA"})) == 150


def test_a_damaged_pictogram_box_is_named_with_its_row(uclm: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"metadata\.csv: row 4: the pictogram_box_xyxy is '1 2'"):
        load_examples(uclm({2: {"pictogram_box_xyxy": "1 2"}}))


def test_bus_uc_is_known_by_its_table_and_for_testing_alone(uc: Path) -> None:
    examples = load_examples(uc)
    assert {(example.dataset, example.part) for example in examples} == {("BUS_UC", Part.TEST)}


def test_training_on_bus_uc_is_refused_by_name_with_the_reason(uclm: Callable[..., Path], uc: Path) -> None:
    why = r"BUS_UC is reserved for evaluation \(its right to be licensed is not certain\)"
    with pytest.raises(OptionError, match=why):
        refuse_reserved(load_examples(uc))
    uclm()
    both = load_examples(uc.parent)
    refuse_reserved(both)  # beside what is trained on it is for testing
    with pytest.raises(OptionError, match=why):
        check_trainable(both, {"BUS_UC", "BUS-UCLM"})


def test_a_copy_of_bus_uc_in_a_table_of_another_name_is_refused_too(uc: Path, tmp_path: Path) -> None:
    table = uc / "mine.csv"
    table.write_text((uc / "metadata.csv").read_text())
    examples = load_examples(table)
    assert {example.part for example in examples} == {Part.TEST}
    with pytest.raises(OptionError, match="BUS_UC is reserved"):
        refuse_reserved(examples)


def test_its_table_alone_is_read_as_its_folder_is_so_that_no_patient_is_on_both_sides(
    uclm: Callable[..., Path], uc: Path
) -> None:
    folder = uclm()
    assert load_examples(folder / "metadata.csv", fold=2) == load_examples(folder, fold=2)
    assert load_examples(uc / "metadata.csv") == load_examples(uc)
