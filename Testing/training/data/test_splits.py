"""A patient is never on both sides of a split."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.errors import InputError
from Training.data.example import Example, Part
from Training.data.loading import load_examples
from Training.data.splits import FOLDS, assert_groups_apart, hashed_fold, hashed_tenth, thinned

groups = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
images = st.lists(st.tuples(groups, st.sampled_from(["normal", "benign", "malignant"])), min_size=1, max_size=30)


def table_of(folder: str, rows: list[tuple[str, str]]) -> Path:
    path = Path(folder) / "mine.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "group", "label"])
        writer.writerows((f"{number}.png", group, label) for number, (group, label) in enumerate(rows))
    return path


@given(images)
def test_a_group_of_a_table_is_in_one_part_of_every_fold(rows: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = table_of(folder, rows)
        tested = []
        for fold in range(1, FOLDS + 1):
            parts: dict[str, set[Part]] = {}
            for example in load_examples(table, fold=fold):
                parts.setdefault(example.group, set()).add(example.part)
                if example.part is Part.TEST:
                    tested.append(example.name)
            assert all(len(found) == 1 for found in parts.values())
    assert sorted(tested) == sorted(f"{number}.png" for number in range(len(rows)))  # each once in five folds


def test_a_patient_stays_in_its_fold_from_version_to_version() -> None:
    assert [hashed_fold(group) for group in ("P1", "P2", "P3", "P4")] == [1, 2, 5, 3]


def test_hashed_folds_and_calibration_tenths_are_even_and_independent() -> None:
    names = [f"patient {number}" for number in range(5000)]
    folds = {name: hashed_fold(name) for name in names}
    for fold in range(1, FOLDS + 1):
        inside = [name for name in names if folds[name] == fold]
        assert len(inside) / len(names) == pytest.approx(1 / FOLDS, abs=0.03)
        assert sum(hashed_tenth(name) == 7 for name in inside) / len(inside) == pytest.approx(0.1, abs=0.04)


def example(group: str, part: Part, fold: int | None = None, row: int = 2) -> Example:
    return Example(f"{row}.png", "mine", "benign", group, part, Path(f"{row}.png"), None, None, fold=fold,
                   listed_in=f"mine.csv, row {row}")  # fmt: skip


def test_a_patient_on_both_sides_is_named_with_the_rows() -> None:
    with pytest.raises(InputError, match=r"group P1 .*train \(mine\.csv, row 2\), test \(mine\.csv, row 9\)"):
        assert_groups_apart([example("P1", Part.TRAIN), example("P2", Part.TEST), example("P1", Part.TEST, row=9)])


def test_a_patient_in_two_folds_is_named_even_where_neither_is_tested_now() -> None:
    with pytest.raises(InputError, match=r"group P1 is in several folds: 2 .* 3 "):
        assert_groups_apart([example("P1", Part.TRAIN, fold=2), example("P1", Part.TRAIN, fold=3, row=3)])


def test_of_each_data_set_so_many_are_kept_at_even_distances() -> None:
    listed = [replace(example(f"patient {n}", Part.TEST), dataset="A" if n < 10 else "B") for n in range(12)]
    assert thinned(listed, 3) == [listed[0], listed[4], listed[9], listed[10], listed[11]]
    assert thinned(listed, 1) == [listed[0], listed[10]]
    assert thinned(listed, 12) == listed
