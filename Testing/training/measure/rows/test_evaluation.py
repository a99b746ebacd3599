"""Bundles are measured on images they have not seen, by the product's own path, from the image alone."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from BreastUSAILib.engine.errors import InputError, ModelError, OptionError
from Training.bundles.record import TrainingRecord
from Training.data.example import Part
from Training.measure.rows.evaluation import Question, measure_bundles
from Training.measure.rows.row import Row
from Training.measure.rows.subject import Split, choose_split, find_subject

from ..samples import RECORD, write_classifier, write_segmenter


def changed_table(table: Path, folder: Path, **columns: str) -> Path:
    """A copy of the data set with columns overwritten."""
    copy = Path(shutil.copytree(table.parent, folder / "copy")) / table.name
    with copy.open(newline="") as file:
        lines = list(csv.DictReader(file))
    with copy.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows({**line, **columns} for line in lines)
    return copy


@pytest.fixture(scope="module")
def rows(pair: list[Path], table: Path) -> list[Row]:
    return measure_bundles(Question(pair, table))


def test_every_test_image_gives_one_row_and_no_other_does(rows: list[Row]) -> None:
    assert [row.group for row in rows] == [f"made-up {case}" for case in (6, 6, 7, 7, 8, 8)]
    assert {row.part for row in rows} == {"test"}
    assert all(row.classified and row.segmented and not row.refused for row in rows)
    assert all(row.normal + row.benign + row.malignant == pytest.approx(1) for row in rows)
    assert {row.nearest_neighbour for row in rows} <= {"normal", "benign", "malignant"}


def test_lesions_have_overlaps_and_normals_have_none(rows: list[Row]) -> None:
    for row in rows:
        assert (row.dice == row.dice) == (row.label != "normal")
        assert (row.heat_peak_in_lesion is None) == (row.label == "normal")
        assert (row.true_area_px == 0) == (row.label == "normal")


def test_strata_and_weights_are_kept(rows: list[Row], pair: list[Path]) -> None:
    assert {row.strata["scanner"] for row in rows} == {"S0", "S1"}
    subject = find_subject(pair)
    assert {row.classifier for row in rows} == {subject.classifier.words}
    assert {row.trained_on for row in rows} == {"made-up"}


def test_what_the_networks_say_is_a_function_of_the_image_alone(
    rows: list[Row], pair: list[Path], table: Path, tmp_path: Path
) -> None:
    told = changed_table(table, tmp_path, label="benign")
    for line in csv.DictReader(told.open()):
        mask = np.zeros((96, 120), dtype=np.uint8)
        mask[:5, :5] = 255
        Image.fromarray(mask).save(told.parent / f"mask_{line['image']}")
    again = measure_bundles(Question(pair, changed_table(told, tmp_path / "again", mask="mask_6_0.png")))
    for one, two in zip(rows, again, strict=True):
        assert two.label == "benign"
        assert two.true_area_px == 25
        assert (one.normal, one.benign, one.malignant) == (two.normal, two.benign, two.malignant)
        assert (one.verdict, one.predicted_area_px, one.flags) == (two.verdict, two.predicted_area_px, two.flags)


def test_distances_are_in_mm_where_the_data_set_states_its_pixels(
    pair: list[Path], table: Path, tmp_path: Path
) -> None:
    found = measure_bundles(Question(pair, changed_table(table, tmp_path, pixel_size_mm="0.5")))
    assert {row.hd95_unit for row in found if row.label != "normal"} == {"mm"}


def test_a_lesion_that_nobody_outlined_is_classified_and_not_called_normal(
    pair: list[Path], table: Path, tmp_path: Path
) -> None:
    found = measure_bundles(Question(pair, changed_table(table, tmp_path, mask="")))
    malignant = [row for row in found if row.label == "malignant"]
    assert all(row.classified and row.true_area_px is None and row.dice != row.dice for row in malignant)


def test_the_split_is_that_of_the_bundles_training_unless_another_is_asked_for(pair: list[Path]) -> None:
    subject = find_subject(pair)
    assert choose_split(subject, None, None) == Split(1, frozenset({"made-up"}))
    assert choose_split(subject, 3, ["elsewhere"]) == Split(3, frozenset({"elsewhere"}))


def test_a_bundle_is_not_measured_on_patients_that_it_was_trained_on(pair: list[Path], table: Path) -> None:
    (classifier, segmenter) = pair
    moved = changed_table_parts(table)
    with pytest.raises(OptionError, match="trained or calibrated on"):
        measure_bundles(Question([classifier, segmenter], moved, train_on=["other"]))


def changed_table_parts(table: Path) -> Path:
    """Beside the data set, one more called *other*, so that a split can leave *made-up* out of its training."""
    path = table.with_name("both.csv")
    with table.open(newline="") as file:
        lines = list(csv.DictReader(file))
    rows = [{**line, "dataset": "made-up"} for line in lines] + [
        {**line, "dataset": "other", "group": f"o{line['group']}"} for line in lines
    ]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_data_set_that_the_bundle_does_not_know_is_tested_as_a_whole(pair: list[Path], table: Path) -> None:
    found = measure_bundles(Question(pair, changed_table_parts(table)))
    others = [row for row in found if row.dataset == "other"]
    assert len(others) == 24
    assert sum(row.dataset == "made-up" for row in found) == 6


def test_what_the_weights_saw_before_finetuning_stays_seen(pair: list[Path], table: Path, tmp_path: Path) -> None:
    earlier = ({"fold": 1, "train_on": ["made-up"]},)
    record = replace(RECORD, train_on=("other",), earlier=earlier)
    tuned = [write_classifier(tmp_path, training=record), write_segmenter(tmp_path, training=record)]
    with pytest.raises(OptionError, match="trained or calibrated on"):
        measure_bundles(Question(tuned, changed_table_parts(table)))


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the shipped pair: trained on all of the data set but another fold."""
    from Training.measure.rows import subject

    folder = tmp_path / "shipped"
    record = TrainingRecord("shipped", 1, 1, ("other",), {})
    write_classifier(folder, training=record)
    write_segmenter(folder, training=record)
    monkeypatch.setattr(subject, "find_subject", lambda bundles: find_subject(bundles, folder))
    monkeypatch.setattr("Training.measure.rows.evaluation.find_subject", lambda bundles: find_subject(bundles, folder))
    return folder


def test_a_missing_partner_is_the_shipped_one_judged_only_where_it_has_not_been(
    pair: list[Path], table: Path, shipped: Path
) -> None:
    found = measure_bundles(Question(pair[:1], changed_table_parts(table)))
    for row in found:
        assert row.classified
        seen = row.dataset == "other" and int(row.group.split("o")[-1]) % 12 // 3 % 3 != 2
        assert row.segmented != seen
        assert bool(row.segmenter) != seen


def test_a_partner_that_does_not_say_what_it_saw_is_not_judged(pair: list[Path], table: Path, shipped: Path) -> None:
    write_segmenter(shipped, training=None)
    found = measure_bundles(Question(pair[:1], table))
    assert all(row.classified and not row.segmented for row in found)


def test_two_bundles_of_one_task_are_refused(pair: list[Path]) -> None:
    with pytest.raises(OptionError, match="two classification bundles"):
        find_subject([pair[0], pair[0]])


def test_a_folder_that_is_not_a_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"SHA256SUMS\.txt"):
        find_subject([tmp_path])


def test_a_part_without_images_is_named(pair: list[Path], table: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="calibration part is empty"):
        measure_bundles(Question(pair, changed_table(table, tmp_path, part="test"), part=Part.CALIBRATION))
