"""Leaving each collection out in turn: which collections can be, and the command from phantoms to its table."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundles.bundle import verify_bundle
from BreastUSAILib.engine.errors import InputError, OptionError
from Training.__main__ import main
from Training.bundles.writer import read_metadata
from Training.commands import loco
from Training.data.example import Example, Part
from Training.data.reserved import RESERVED
from Training.fit.leave_out import collections_of
from Training.measure.figures import intervals
from Training.measure.presentation.left_out import FILE, left_out_table
from Training.measure.rows.row import read_rows
from Training.recipes.registry import recipe_named

from .made_up import example

LABELS = ("normal", "benign", "malignant")


def collection(name: str, *labels: str) -> list[Example]:
    part = Part.TEST if name in RESERVED else Part.TRAIN
    return [replace(example(number, label), dataset=name, part=part) for number, label in enumerate(labels or LABELS)]


def test_every_collection_that_may_be_trained_on_is_left_out_in_turn() -> None:
    examples = [*collection("A"), *collection("B"), *collection("BUS_UC"), *collection("BrEaST")]
    assert collections_of(examples, None, Path("data")) == ["A", "B"]
    assert collections_of([*examples, *collection("C")], frozenset({"C", "A"}), Path("data")) == ["A", "C"]


def test_a_collection_that_is_not_here_is_named_with_those_that_are() -> None:
    with pytest.raises(OptionError, match=r"the collection X is not here.*Choose from A, B"):
        collections_of([*collection("A"), *collection("B")], frozenset({"A", "X"}), Path("data"))


def test_one_collection_alone_cannot_be_left_out() -> None:
    with pytest.raises(OptionError, match=r"one collection alone, A"):
        collections_of([*collection("A"), *collection("B")], frozenset({"A"}), Path("data"))


def test_one_for_evaluation_alone_is_refused_by_name() -> None:
    with pytest.raises(OptionError, match=r"BUS_UC is reserved for evaluation"):
        collections_of([*collection("A"), *collection("BUS_UC")], frozenset({"A", "BUS_UC"}), Path("data"))


def test_one_without_a_class_of_lesions_is_refused() -> None:
    with pytest.raises(InputError, match=r"the collection B has no malignant lesion.*--train-on"):
        collections_of([*collection("A"), *collection("B", "normal", "benign")], None, Path("data"))


def test_that_normals_are_of_one_collection_alone_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    collections_of([*collection("A"), *collection("B", "benign", "malignant")], None, Path("data"))
    assert "only A has normals" in capsys.readouterr().out


@pytest.mark.slow
def test_the_command_trains_measures_and_goes_on_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 5)
    monkeypatch.setattr(loco, "SMOKE_COLLECTIONS", 2)
    work = tmp_path / "work"
    names = ["phantoms-1", "phantoms-2"]
    command = ["loco", "four-layer-cnn", "--smoke", "--work", str(work), "--accelerator", "cpu"]
    assert main([*command, "--output", str(tmp_path / "four-layer-cnn" / FILE.parent)]) == 0
    printed = capsys.readouterr().out
    rows = read_rows([tmp_path / "four-layer-cnn" / FILE.parent / "rows.csv"])
    with (work / "phantoms" / "data.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(rows) == len(table)
    assert sorted({row.dataset for row in rows}) == names
    for row in rows:
        assert row.dataset not in row.trained_on.split("+")
    figures = json.loads((tmp_path / "four-layer-cnn" / FILE).read_text())
    assert list(figures["datasets"]) == names
    assert all(found["across"] for found in figures["datasets"].values())
    assert figures["pooled"]["images"] == len(rows)
    lines = left_out_table([recipe_named("four-layer-cnn")], tmp_path)
    assert "\n".join(lines[2:]).strip() in printed
    assert str(tmp_path) not in printed.partition("| left out")[2]

    bundles = {path: path.stat().st_mtime_ns for path in work.glob("without-*/bundles/*/models/model.pt")}
    assert len(bundles) == 2
    assert main(command) == 0  # everything has ended: nothing is trained or measured again
    assert {path: path.stat().st_mtime_ns for path in bundles} == bundles
    assert read_rows([work / "rows.csv"]) == rows

    again = [*command[:-2], "--accelerator", "cpu", "--data", str(work / "phantoms" / "data.csv")]
    again[again.index("--work") + 1] = str(tmp_path / "again")
    assert main([*again, "--go-on-from", str(tmp_path)]) == 1
    assert "no networks that were trained without phantoms-1" in capsys.readouterr().err
    assert main([*again, "--go-on-from", str(work)]) == 0
    for name in names:
        (first,), (second,) = (
            (folder / f"without-{name}" / "bundles").iterdir() for folder in (work, tmp_path / "again")
        )
        assert read_metadata(second)["initialisation"]["sha256"] == verify_bundle(first).sha256
    (work / "without-phantoms-1").rename(work / "other")
    (work / "without-phantoms-2").rename(work / "without-phantoms-1")
    (work / "other").rename(work / "without-phantoms-2")
    again[again.index("--work") + 1] = str(tmp_path / "third")
    assert main([*again, "--go-on-from", str(work)]) == 1
    assert "was trained on phantoms-1, which is to be left out" in capsys.readouterr().err
