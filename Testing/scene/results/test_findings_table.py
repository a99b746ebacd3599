"""The table says what was found, in numbers that are known and no others."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from BreastUSAILib.engine.findings.analysis import Label, Verdict
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.results.findings_table import addFindingsTable, findingsColumns, replaceFindings
from Testing.scene.analyses import MapsInMemory, analysis_of, finished, joined, marked_frames


def rows_of(table) -> list[dict[str, str]]:
    columns = [table.GetTable().GetColumn(index) for index in range(table.GetNumberOfColumns())]
    return [{column.GetName(): column.GetValue(row) for column in columns} for row in range(table.GetNumberOfRows())]


def added(scene, analysis):
    return finished(addFindingsTable(scene, "Findings", analysis))


def test_the_verdict_leads_and_a_row_a_lesion_follows(scene):
    rows = rows_of(added(scene, analysis_of(marked_frames())))

    assert [row["Finding"].split(":")[0] for row in rows] == ["Verdict", "Lesion 1", "Lesion 2"]
    assert "malignant" in rows[0]["Finding"]
    assert rows[0]["Likelihood of malignancy"] == "0.700 (0.600-0.800)"
    assert rows[1]["Area (px)"] == "16"
    assert rows[1]["Area (mm2)"] == "0.32"


def test_without_calibration_every_millimeter_cell_is_empty(scene):
    rows = rows_of(added(scene, analysis_of(marked_frames(spacing=None))))

    millimeters = [cell for row in rows for title, cell in row.items() if "(mm" in title]
    assert len(millimeters) == 3 * 4
    assert set(millimeters) == {""}
    assert rows[1]["Long axis (px)"] == "5.7"


def test_it_says_that_it_is_for_research_only(scene):
    table = added(scene, analysis_of(marked_frames()))

    assert "Research use only" in table.GetDescription()
    assert "Research use only" in rows_of(table)[0]["Finding"]


def test_a_rejected_input_has_a_verdict_and_no_likelihood(scene):
    analysis = dataclasses.replace(analysis_of(marked_frames()), verdict=Verdict(Label.REJECTED), frames=(), lesions=())

    (row,) = rows_of(added(scene, analysis))

    assert "rejected" in row["Finding"]
    assert row["Likelihood of malignancy"] == row["Frame"] == ""


VOLUME = marked_frames(InputKind.VOLUME, count=3)
MAPS = MapsInMemory(np.zeros((3, 48, 64), np.uint8), np.zeros((3, 48, 64), np.float32), (0, 1, 2))


def test_joined_lesions_of_a_volume_stand_before_their_slices(scene):
    analysis = joined(analysis_of(VOLUME), MAPS, {(0, 1): 1, (0, 2): 2, (1, 1): 2, (2, 1): 2})

    rows = rows_of(added(scene, analysis))

    assert [row["Finding"] for row in rows[1:3]] == ["Lesion 1, all slices", "Lesion 2, all slices"]
    assert [(row["Lesion"], row["Frame"]) for row in rows[3:]] == [("1", "0"), ("2", "0"), ("2", "1"), ("2", "2")]
    second = rows[2]
    assert (second["First frame"], second["Last frame"], second["Voxels"]) == ("0", "2", "48")
    assert second["Volume (mm3)"] == "12.5"
    assert second["Likelihood of malignancy"] == "0.400 (0.300-0.500)"
    assert second["Area (px)"] == ""


def test_without_a_distance_between_slices_there_is_no_volume(scene):
    analysis = joined(analysis_of(VOLUME), MAPS, {(0, 1): 1})
    unknown = dataclasses.replace(analysis.volume_lesions[0], volume_mm3=None, malignancy=None)

    rows = rows_of(added(scene, dataclasses.replace(analysis, volume_lesions=(unknown,))))

    assert rows[1]["Volume (mm3)"] == rows[1]["Likelihood of malignancy"] == ""


@pytest.mark.parametrize("kind", [InputKind.STILL, InputKind.CINE])
def test_a_still_and_a_cine_have_no_columns_of_volume(scene, kind):
    rows = rows_of(added(scene, analysis_of(marked_frames(kind, count=1))))

    assert not {"Volume (mm3)", "Voxels", "First frame"} & set(rows[0])


def test_new_findings_take_the_place_of_the_old_ones(scene):
    table = added(scene, analysis_of(marked_frames()))

    replaceFindings(table, finished(findingsColumns(analysis_of(VOLUME))))

    assert len(rows_of(table)) == 1 + 2 * 3
    assert rows_of(table)[0]["Finding"].startswith("Verdict: ")
    assert table.GetColumnUnitLabel("Volume (mm3)") == "mm3"


def test_the_table_is_said_in_the_language_that_is_asked_for(scene):
    table = finished(addFindingsTable(scene, "Findings", analysis_of(marked_frames()), lambda words: f"<{words}>"))
    row, *_ = rows_of(table)

    assert all(title.startswith("<") for title in row)
    assert row["<Finding>"].startswith("<Verdict: <malignant> (<Research use only")
    assert row["<Likelihood of malignancy>"] == "0.700 (0.600-0.800)"
    assert table.GetColumnUnitLabel("<Area> (mm2)") == "mm2"
