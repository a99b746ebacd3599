"""Assessments of many cases and readers are one table, in the order in which each reader came to them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.readers import run_readers
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.report.readers.reader_study import reader_words
from Testing.report.samples import analysis_of, frames_of


def save(folder, reader, at, **more):
    folder.mkdir(parents=True)
    document = analysis_of(frames_of()).to_json()
    if reader is not None:
        document["reader_assessment"] = {"birads": "3", "comment": "", "at": at, "reader": reader, **more}
    (folder / "analysis.json").write_text(json.dumps(document))


def run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    return run_readers(parser().parse_args(["readers", *map(str, arguments)]), Terminal(out, err)), out, err


def test_folders_of_readers_become_one_table(tmp_path):
    save(tmp_path / "a" / "case2", "R1", "2026-01-02T10:00:00+01:00", confidence=60, seconds=31.5)
    save(tmp_path / "a" / "case1", "R1", "2026-01-02T11:00:00+01:00", birads_after="4A", confidence_after=80)
    save(tmp_path / "b" / "case1", "R2", "2026-01-01T09:00:00+01:00")
    save(tmp_path / "b" / "nobody", None, "")

    status, out, _ = run(tmp_path / "a", tmp_path / "b", "--output", tmp_path / "study.csv")

    assert status == 0
    assert "3 assessments" in out.getvalue()
    with (tmp_path / "study.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["reader"], row["case"], row["order"]) for row in rows] == [
        *(("R1", "case2", "1"), ("R1", "case1", "2"), ("R2", "case1", "1")),
    ]
    assert (rows[0]["confidence_before"], rows[0]["seconds"], rows[0]["category_after"]) == ("60", "31.5", "")
    assert (rows[1]["category_after"], rows[1]["confidence_after"]) == ("4A", "80")
    assert (rows[0]["classifier"], rows[0]["classifier_version"]) == ("efficientnet-b0", "1.0.0")
    assert rows[0]["shown_likelihood"] == "0.87"


@pytest.mark.parametrize("what", ["missing", "empty", "damaged"])
def test_what_is_no_study_is_said_in_one_line(tmp_path, what):
    folder = tmp_path / "in"
    if what != "missing":
        folder.mkdir()
    if what == "damaged":
        (folder / "analysis.json").write_text("{")

    status, _, err = run(folder, "--output", tmp_path / "study.csv")

    assert status == 1
    assert len(err.getvalue().splitlines()) == 1
    assert not (tmp_path / "study.csv").exists()


def test_an_assessment_in_words_says_only_what_was_entered():
    entry = {"birads": "4A", "comment": "", "at": "now", "confidence": 70}
    assert reader_words({"reader_assessment": entry}) == {"BI-RADS": "4A", "Confidence": "70 %", "Entered": "now"}
    assert reader_words({"reader_assessment": "x"}) == {}
