"""A bundle remembers what it was trained on, also what its weights were trained on before."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from Training.bundles.record import TrainingRecord, code_revision, count_images, record_training
from Training.data.loading import load_examples

from ..measure.samples import write_data


def test_counts_are_by_part_data_set_and_class(tmp_path: Path) -> None:
    examples = load_examples(write_data(tmp_path))
    assert count_images(examples) == {
        "train": {"made-up": {"normal": 4, "benign": 4, "malignant": 4}},
        "calibration": {"made-up": {"normal": 2, "benign": 2, "malignant": 2}},
        "test": {"made-up": {"normal": 2, "benign": 2, "malignant": 2}},
    }


def test_a_record_survives_the_metadata(tmp_path: Path) -> None:
    examples = load_examples(write_data(tmp_path))
    start = {"source": "encoder.pth", "sha256": "00ff", "licence": "Apache-2.0"}
    before = TrainingRecord("first", 1, 2, ("BUS-BRA", "BUSI"), {})
    record = record_training("second", 7, 3, examples, start, [before, before])
    assert record.splits() == ((3, frozenset({"made-up"})), (2, frozenset({"BUS-BRA", "BUSI"})))
    written = json.loads(json.dumps(record.to_metadata()))
    again = TrainingRecord.from_metadata(written)
    assert again == record
    assert written["initialisation"] == start


@pytest.mark.parametrize(
    "metadata", [{}, {"training": None}, {"training": {}}, {"training": {"recipe": "x", "seed": "many"}}]
)
def test_metadata_without_a_whole_record_has_none(metadata: dict) -> None:
    assert TrainingRecord.from_metadata(metadata) is None


def test_the_codes_revision_is_a_commit_or_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    revision = code_revision()
    assert revision is None or re.fullmatch(r"[0-9a-f]{40,64}\+?", revision)

    def no_git(*arguments: object, **rest: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", no_git)
    assert code_revision() is None
