"""The table says what was found, in numbers that are known and no others."""

from __future__ import annotations

import dataclasses

from BreastUSAILib.engine.analysis import Label, Verdict
from BreastUSAILib.scene.findings_table import addFindingsTable
from Testing.scene.analyses import analysis_of, marked_frames


def rows_of(table) -> list[dict[str, str]]:
    columns = [table.GetTable().GetColumn(index) for index in range(table.GetNumberOfColumns())]
    return [{column.GetName(): column.GetValue(row) for column in columns} for row in range(table.GetNumberOfRows())]


def test_the_verdict_leads_and_a_row_a_lesion_follows(scene):
    rows = rows_of(addFindingsTable(scene, "Findings", analysis_of(marked_frames())))

    assert [row["Finding"].split(":")[0] for row in rows] == ["Verdict", "Lesion 1", "Lesion 2"]
    assert "malignant" in rows[0]["Finding"]
    assert rows[0]["Likelihood of malignancy"] == "0.700 (0.600-0.800)"
    assert rows[1]["Area (px)"] == "16"
    assert rows[1]["Area (mm2)"] == "0.32"


def test_without_calibration_every_millimetre_cell_is_empty(scene):
    rows = rows_of(addFindingsTable(scene, "Findings", analysis_of(marked_frames(spacing=None))))

    millimetres = [cell for row in rows for title, cell in row.items() if "(mm" in title]
    assert len(millimetres) == 3 * 4
    assert set(millimetres) == {""}
    assert rows[1]["Long axis (px)"] == "5.7"


def test_it_says_that_it_is_for_research_only(scene):
    table = addFindingsTable(scene, "Findings", analysis_of(marked_frames()))

    assert "Research use only" in table.GetDescription()
    assert "Research use only" in rows_of(table)[0]["Finding"]


def test_a_rejected_input_has_a_verdict_and_no_likelihood(scene):
    analysis = dataclasses.replace(analysis_of(marked_frames()), verdict=Verdict(Label.REJECTED), frames=(), lesions=())

    (row,) = rows_of(addFindingsTable(scene, "Findings", analysis))

    assert "rejected" in row["Finding"]
    assert row["Likelihood of malignancy"] == row["Frame"] == ""
