"""What the lesion table says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BreastUSAILib.engine.findings.analysis import Malignancy, TrackedLesion
from BreastUSAILib.gui.words.lesion_rows import UNKNOWN, lesionRows, tableNote
from Testing.gui import reports

PLAIN = str.maketrans({"\N{NO-BREAK SPACE}": " "})


def cells(report):
    return [tuple(cell.translate(PLAIN) for cell in row.cells) for row in lesionRows(report).rows]


NAMES = {2: "Zyste links", 4: "Zyste links"}


def test_a_lesion_is_called_as_the_reader_called_its_segment():
    assert [row.cells[0] for row in lesionRows(replace(reports.still(), lesionNames=NAMES)).rows] == [
        "1",
        "Zyste links",
    ]
    assert [row.cells[0] for row in lesionRows(replace(reports.volume(), lesionNames=NAMES)).rows] == [
        "1",
        "Zyste links",
    ]


def test_a_calibrated_still_has_millimeters_and_no_frame_column():
    rows = lesionRows(reports.still())

    assert rows.headings == ("Lesion", "Likelihood", "Axes (mm)", "Depth (mm)", "Height/width", "Area (mm²)")
    assert cells(reports.still())[0] == ("1", "78 %", "0.9 × 0.6", "6.0", "1.00", "0.3")


def test_an_uncalibrated_still_has_pixels_and_no_millimeter_anywhere():
    report = reports.still(spacing=None)

    assert lesionRows(report).headings == (
        "Lesion",
        "Likelihood",
        "Axes (px)",
        "Depth (px)",
        "Height/width",
        "Area (px)",
    )
    assert cells(report)[0] == ("1", "78 %", "6 × 4", "30", "1.00", "16")
    assert "mm" not in lesionRows(report).asText()
    assert tableNote(report.analysis).startswith("Uncalibrated")


def test_lesions_of_a_cine_stand_with_their_frame_counted_from_1_and_its_likelihood():
    report = reports.cine((0.1, 0.6))

    assert [row[:3] for row in cells(report)] == [
        ("1", "1", "18 %"),
        ("2", "1", "18 %"),
        ("1", "2", "75 %"),
        ("2", "2", "75 %"),
    ]
    assert "whole frame" in tableNote(report.analysis)


def test_lesions_of_a_cine_say_which_one_they_are_of_those_that_were_followed():
    report = reports.cine((0.1, 0.6))
    firsts = tuple(one.id for one in report.analysis.lesions if one.number == 1)
    whole = TrackedLesion(1, firsts, 0, 1, 1, 0.9, Malignancy(0.4, 0.2, 0.7), (0.2, 0.6))
    report = replace(report, analysis=replace(report.analysis, tracked_lesions=(whole,)))

    rows = lesionRows(report)

    assert rows.headings[:4] == ("Lesion", "Frame", "In the cine", "Likelihood")
    assert [row[2] for row in cells(report)] == ["1: 40 %", UNKNOWN, "1: 40 %", UNKNOWN]
    note = rows.rows[0].likelihoodNote.translate(PLAIN)
    assert "Lesion 1 of the cine: frames 1 to 2, outlined in 2; Likelihood of malignancy: 40 %" in note
    assert "20 % to 60 % from frame to frame; seen best in frame 2" in note
    assert "In the cine" not in lesionRows(reports.cine((0.1, 0.6))).headings


def test_a_frame_without_likelihood_shows_none():
    report = reports.cine((None, 0.6))

    assert cells(report)[0][2] == UNKNOWN


def test_after_rescoring_each_lesion_shows_its_own_likelihood_with_its_interval():
    report = reports.rescored()

    assert [row[1] for row in cells(report)] == ["35 %", "5 %"]
    assert "18 % to 52 %" in lesionRows(report).rows[0].likelihoodNote.translate(PLAIN)
    assert "lesions' own" in tableNote(report.analysis)


def test_a_lesion_that_could_not_be_scored_shows_that_of_its_frame_and_the_note_says_so():
    report = reports.rescored()
    first, second = report.analysis.lesions
    report = reports.changed(report, lesions=(first, replace(second, malignancy=None)))

    assert [row[1] for row in cells(report)] == ["35 %", "78 %"]
    assert "whole frame where a lesion could not be scored" in tableNote(report.analysis)


def test_joined_lesions_of_a_volume_stand_with_their_extent_and_volume():
    report = reports.volume()
    rows = lesionRows(report)

    assert (rows.headings[1], rows.headings[-1]) == ("Slices", "Volume (mm³)")
    assert [(row[0], row[1], row[-1]) for row in cells(report)] == [("1", "1–4", "123"), ("2", "1–2", "123")]


def test_a_joined_lesion_is_shown_by_its_outline_on_its_key_slice():
    report = reports.volume()

    assert [row.lesion.frame for row in lesionRows(report).rows] == [2, 1]
    assert [row.lesion.number for row in lesionRows(report).rows] == [1, 2]


@pytest.mark.parametrize("unknown", [{"volume_mm3": None}, {"malignancy": None}])
def test_what_is_unknown_of_a_joined_lesion_is_a_dash(unknown):
    row = cells(reports.volume(**unknown))[0]

    assert row.count(UNKNOWN) == 1


def test_the_copy_is_tab_separated_with_headings_and_ordinary_spaces():
    lines = lesionRows(reports.cine((0.1, 0.6))).asText().split("\n")

    assert lines[0].split("\t")[:3] == ["Lesion", "Frame", "Likelihood"]
    assert [line.split("\t")[2] for line in lines[1:]] == ["18 %", "18 %", "75 %", "75 %"]
    assert {len(line.split("\t")) for line in lines} == {7}


def test_a_segments_name_with_a_tab_or_a_line_break_stays_one_cell() -> None:
    report = reports.cine((0.1, 0.6))
    plain = lesionRows(report).asText()
    named = lesionRows(replace(report, lesionNames={report.analysis.lesions[0].id: "Cyst\tleft\nupper"})).asText()
    assert "Cyst left upper" in named
    assert (named.count("\t"), named.count("\n")) == (plain.count("\t"), plain.count("\n"))
