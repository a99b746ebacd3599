"""A reader's own assessment stands in the table and in the report, and outlasts new scores."""

from __future__ import annotations

import dataclasses
import json

import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import Label, Verdict
from BreastUSAILib.scene.results.reader.reader_assessment import ReaderAssessment, addReaderAssessment
from BreastUSAILib.scene.results.rescored import showRescoredInSteps
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import analysis_of, finished, marked_frames
from Testing.scene.edited_exams import editedMasks
from Testing.scene.results.test_findings_table import rows_of

STILL = marked_frames()
SUSPICIOUS = ReaderAssessment("4A", "Rand unscharf, 3 o'clock", "2026-11-25T14:03:00+01:00")
STATED = {name: getattr(SUSPICIOUS, name) for name in ("birads", "comment", "at")}
"""What a report holds of it: what was not stated is left out."""


@pytest.fixture
def nodes(scene):
    return showAnalysis(analysis_of(STILL), STILL)


def test_it_is_the_tables_last_row(nodes):
    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)

    rows = rows_of(nodes.table)
    assert len(rows) == 4
    assert rows[-1]["Finding"] == "Reader: BI-RADS 4A (2026-11-25T14:03:00+01:00): Rand unscharf, 3 o'clock"
    assert {cell for title, cell in rows[-1].items() if title != "Finding"} == {""}


def test_it_is_one_entry_of_the_report(nodes):
    before = json.loads(nodes.report.GetText())

    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)

    after = json.loads(nodes.report.GetText())
    assert after.pop("reader_assessment") == STATED
    assert after == before


def test_the_rest_of_the_report_keeps_its_text_to_the_letter(nodes):
    compact = json.dumps(json.loads(nodes.report.GetText()))
    nodes.report.SetText(compact)

    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)
    once = nodes.report.GetText()
    addReaderAssessment(nodes.table, nodes.report, dataclasses.replace(SUSPICIOUS, birads="2"))

    assert once.startswith(compact[:-1])
    assert nodes.report.GetText() == once.replace('"4A"', '"2"')


def test_the_report_with_it_is_laid_out_as_if_it_was_written_at_once(nodes):
    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)

    text = nodes.report.GetText()
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


def test_a_report_with_it_still_fits_the_published_schema(nodes):
    import jsonschema

    from Testing.report.test_json_file import SCHEMA

    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)

    jsonschema.validate(json.loads(nodes.report.GetText()), SCHEMA)


def test_entering_it_again_replaces_it(nodes):
    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)
    addReaderAssessment(nodes.table, nodes.report, ReaderAssessment("2", "", "2026-11-25T14:05:00+01:00"))

    assert [row["Finding"] for row in rows_of(nodes.table)[3:]] == ["Reader: BI-RADS 2 (2026-11-25T14:05:00+01:00)"]
    assert json.loads(nodes.report.GetText())["reader_assessment"]["birads"] == "2"


def test_it_is_found_again_in_whatever_language_it_was_entered(nodes):
    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS, {"Reader": "Befunder"}.__getitem__)
    addReaderAssessment(nodes.table, nodes.report, dataclasses.replace(SUSPICIOUS, comment=""))

    assert [row["Finding"] for row in rows_of(nodes.table)[3:]] == ["Reader: BI-RADS 4A (2026-11-25T14:03:00+01:00)"]


def test_new_scores_leave_it_where_it_is(nodes):
    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)
    rescored = dataclasses.replace(analysis_of(STILL), verdict=Verdict(Label.BENIGN), lesions=())

    masks = editedMasks(nodes.segmentation, nodes.volume)
    finished(showRescoredInSteps(rescored, masks, nodes.volume, nodes.segmentation, nodes.table, nodes.report))

    rows = rows_of(nodes.table)
    assert [row["Finding"].split(" ")[0] for row in rows] == ["Verdict:", "Reader:"]
    report = json.loads(nodes.report.GetText())
    assert report["verdict"]["label"] == "benign"
    assert report["reader_assessment"] == STATED


def test_one_that_is_entered_while_new_scores_are_written_stays_in_table_and_report(nodes):
    masks = editedMasks(nodes.segmentation, nodes.volume)
    scored = (analysis_of(STILL), masks, nodes.volume, nodes.segmentation, nodes.table, nodes.report)
    steps = sum(1 for _ in showRescoredInSteps(*scored))
    working = showRescoredInSteps(*scored)
    for _ in range(steps):
        next(working)

    addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)
    finished(working)

    assert rows_of(nodes.table)[-1]["Finding"].startswith("Reader:")
    assert json.loads(nodes.report.GetText())["reader_assessment"] == STATED


def test_a_table_or_report_that_was_deleted_is_done_without(nodes):
    addReaderAssessment(None, nodes.report, SUSPICIOUS)
    addReaderAssessment(nodes.table, None, SUSPICIOUS)

    assert rows_of(nodes.table)[-1]["Finding"].startswith("Reader: ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Dear colleague",
        "{",
        "{}",
        "[1, 2]",
        '{"a": 1} and more',
        '{"a": 1, }',
        '{"a": 1 "b": 2}',
        '{"a" 1}',
        pytest.param('{"a": ' + "[" * 99999, id="too deep"),
    ],
)
def test_a_text_that_is_not_a_report_changes_nothing(nodes, text):
    nodes.report.SetText(text)

    with pytest.raises(InputError, match="not a report"):
        addReaderAssessment(nodes.table, nodes.report, SUSPICIOUS)

    assert len(rows_of(nodes.table)) == 3
    assert nodes.report.GetText() == text
