"""One row a lesion and one row a frame, which spreadsheets read as they are meant."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from BreastUSAILib.engine.findings.analysis import Malignancy
from BreastUSAILib.engine.findings.measures import LESION_MEASURES
from BreastUSAILib.report.tables.csv_tables import write_csv, write_frame_table, write_lesion_table

from .samples import analysis_of, frames_of, volume_of


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_lesion_is_a_row_with_every_measure(tmp_path):
    frames = frames_of(count=3, spacing=(0.2, 0.2))
    plain = analysis_of(frames, analyzed=(0, 2), lesions=2)
    analysis = replace(
        plain, lesions=(replace(plain.lesions[0], malignancy=Malignancy(0.5, 0.25, 0.75)), *plain.lesions[1:])
    )

    write_lesion_table(analysis, "Übung", tmp_path / "lesions.csv")

    rows = rows_of(tmp_path / "lesions.csv")
    assert [(row["lesion"], row["frame"], row["segment"], row["key_frame"]) for row in rows] == [
        *(("1", "0", "1", "yes"), ("2", "0", "2", "yes"), ("3", "2", "1", "no"), ("4", "2", "2", "no")),
    ]
    assert {row["input"] for row in rows} == {"Übung"}
    for measure in LESION_MEASURES:
        assert [row[measure.key] for row in rows] == [measure.kept(lesion) for lesion in analysis.lesions]
    assert [row["likelihood"] for row in rows] == ["0.5", "", "", ""]
    assert rows[0]["classifier_version"] == "1.0.0"


def test_a_slice_of_a_joined_lesion_names_the_whole(tmp_path):
    _, analysis = volume_of(frames_of(count=3, spacing=(0.2, 0.2)), lesions=1)

    write_lesion_table(analysis, "sweep", tmp_path / "lesions.csv")

    rows = rows_of(tmp_path / "lesions.csv")
    assert [row["volume_lesion"] for row in rows] == ["1", "1", "1"]
    assert float(rows[0]["volume_mm3"]) == pytest.approx(analysis.volume_lesions[0].volume_mm3, abs=0.1)


def test_a_frame_is_a_row_with_its_probabilities(tmp_path):
    frames = frames_of(count=3)

    write_frame_table(analysis_of(frames, analyzed=(0, 2), lesions=2), "cine", tmp_path / "frames.csv")

    rows = rows_of(tmp_path / "frames.csv")
    assert [(row["frame"], row["time_s"], row["lesions"], row["malignant"]) for row in rows] == [
        *(("0", "0", "2", "0.87"), ("2", "0.08", "2", "0.87")),
    ]
    assert rows[0]["flags"] == "uncalibrated"


def test_no_lesion_is_a_table_with_its_head_alone(tmp_path):
    write_lesion_table(analysis_of(frames_of(), lesions=0), "exam", tmp_path / "lesions.csv")
    assert rows_of(tmp_path / "lesions.csv") == []
    assert "long_axis_mm" in (tmp_path / "lesions.csv").read_text(encoding="utf-8-sig")


def test_a_name_is_never_a_formula(tmp_path):
    write_csv(tmp_path / "table.csv", ["name", "number"], [["=1+1", -1.5], ["@x, y", None]])
    assert rows_of(tmp_path / "table.csv") == [{"name": "'=1+1", "number": "-1.5"}, {"name": "'@x, y", "number": ""}]
