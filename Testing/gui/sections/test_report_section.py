"""The result is saved as files where it may be, and readers' assessments as one table."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
import slicer
from pypdf import PdfReader

from BreastUSAILib.cli.remote_report import save_readers, save_report
from BreastUSAILib.engine.errors import InputError, OutputError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.remote.exchange import write_report_input
from BreastUSAILib.engine.remote.serving.server import Call
from BreastUSAILib.engine.steps import all_at_once
from BreastUSAILib.gui.sections.reader_section import ReaderSection
from BreastUSAILib.gui.sections.report_section import ReportSection
from BreastUSAILib.scene.results.added_explanations import showExplanationsInSteps
from BreastUSAILib.scene.results.report_contents import reportContentsInSteps
from BreastUSAILib.scene.results.report_node import READER_KEY, addToReport
from BreastUSAILib.scene.source.source_options import SourceOptions
from Testing.client.events import until
from Testing.gui.panel_file import add_result
from Testing.scene.analyses import finished
from Testing.scene.explanations import made_by_hand

START = datetime(2026, 3, 4, 15, 0, 0, tzinfo=timezone.utc)
ANSWER = {"output": "/out/exam", "files": ["report.pdf"], "problems": [], "remarks": ["a remark"]}


@pytest.fixture
def section(ui, engine, parameters):
    one = ReportSection(ui, engine, chooseFolder=lambda: "/out", chooseFile=lambda: "/out/table.csv")
    one.setParameterNode(parameters)
    return one


def asked(method, **params):
    return method(Call(params, lambda *_news: None, lambda: False, print))


def saved(parameters, folder, report="pdf,csv"):
    """What the engine's process leaves of the parameters' result."""
    (folder / "handed").mkdir()
    contents = all_at_once(reportContentsInSteps(parameters, parameters.inputVolume, SourceOptions()))
    parts = (contents.frames, contents.masks, contents.maps, contents.document)
    all_at_once(write_report_input(folder / "handed", *parts))
    return contents, asked(save_report, folder=str(folder / "handed"), output=str(folder / "out"), report=report)


def test_without_a_result_there_is_nothing_to_save(ui, section):
    assert not ui.saveReportButton.enabled
    assert "analyze an image first" in ui.saveReportButton.toolTip


def test_what_is_chosen_is_asked_for_and_what_came_is_said(ui, section, engine, parameters):
    nodes = add_result(parameters)
    section.refresh()
    ui.reportSegCheckBox.checked = True
    ui.keepIdentityCheckBox.checked = True

    ui.saveReportButton.click()
    until(lambda: bool(engine.requests))
    (request,) = engine.requests
    assert request.params == {"output": "/out", "report": "pdf,seg", "keepIdentity": True}
    assert request.frames.name == nodes.volume.GetName()
    assert not ui.saveReportButton.enabled
    request.finish(ANSWER)

    assert "/out/exam: report.pdf" in ui.reportMessageLabel.text
    assert "a remark" in ui.reportMessageLabel.text
    assert ui.saveReportButton.enabled


def test_a_failure_is_a_sentence(ui, section, engine, parameters):
    add_result(parameters)
    section.refresh()
    ui.saveReportButton.click()
    until(lambda: bool(engine.requests))
    engine.requests[0].fail(OutputError("the disk is full", remedy="Free some space"))
    assert "disk is full" in ui.reportMessageLabel.text
    assert ui.saveReportButton.enabled


@pytest.mark.parametrize(
    ("isWaiting", "isEdited", "isBusy", "why"),
    [(True, False, False, "stays hidden"), (False, True, False, "Re-score"), (False, False, True, "Wait")],
)
def test_what_must_not_be_saved_yet_says_why(ui, section, parameters, isWaiting, isEdited, isBusy, why):
    add_result(parameters)
    section.setBusy(isBusy)
    section.setState(isWaiting, isEdited)
    assert not ui.saveReportButton.enabled
    assert why in ui.saveReportButton.toolTip


def test_no_kind_is_nothing_to_save(ui, section, parameters):
    add_result(parameters)
    section.refresh()
    ui.reportPdfCheckBox.checked = False
    assert not ui.saveReportButton.enabled
    assert "at least one" in ui.saveReportButton.toolTip


@pytest.mark.parametrize(("kind", "count"), [(InputKind.STILL, 1), (InputKind.CINE, 3), (InputKind.VOLUME, 3)])
def test_the_engine_writes_what_lies_in_the_scene(parameters, tmp_path, kind, count):
    nodes = add_result(parameters, kind, count)
    addToReport(nodes.report, READER_KEY, {"birads": "4A", "comment": "seen", "at": "2026", "reader": "R1"})

    contents, answer = saved(parameters, tmp_path)

    folder = tmp_path / "out" / nodes.volume.GetName()
    assert (answer["output"], answer["problems"]) == (str(folder), [])
    assert sorted(path.name for path in folder.iterdir()) == [
        "analysis.json",
        "frames.csv",
        "lesions.csv",
        "report.pdf",
    ]
    document = json.loads((folder / "analysis.json").read_text())
    assert document[READER_KEY]["reader"] == "R1"
    assert document["lesions"] == json.loads(contents.document)["lesions"]
    text = " ".join(page.extract_text() for page in PdfReader(folder / "report.pdf").pages)
    assert "4A" in text
    (heat,) = contents.maps[""].values()
    assert heat.shape == (contents.frames.rows, contents.frames.columns)
    assert 0 < heat.max() <= 1


def test_the_map_that_came_with_the_verdict_is_reported_whichever_is_shown_and_others_beside_it(parameters, tmp_path):
    nodes = add_result(parameters)
    first = all_at_once(reportContentsInSteps(parameters, nodes.volume, SourceOptions())).maps[""][0]
    made = finished(showExplanationsInSteps(made_by_hand("occlusion", "saliency"), nodes.volume, nodes.report))
    parameters.heatMap = made["occlusion"]

    contents, _answer = saved(parameters, tmp_path, "pdf")

    assert np.array_equal(contents.maps[""][0], first)
    assert contents.maps["occlusion"][0].min() < 0
    assert set(contents.maps) == {"", "occlusion", "saliency"}
    text = " ".join(page.extract_text() for page in PdfReader(next(tmp_path.glob("out/*/report.pdf"))).pages)
    assert "Occlusion for malignant" in text

    slicer.mrmlScene.RemoveNode(made["saliency"])
    (tmp_path / "again").mkdir()
    contents, answer = saved(parameters, tmp_path / "again", "pdf")
    assert set(contents.maps) == {"", "occlusion"}
    assert answer["problems"] == []


def test_outlines_that_nobody_scored_are_not_reported(parameters, tmp_path):
    add_result(parameters)
    contents = all_at_once(reportContentsInSteps(parameters, parameters.inputVolume, SourceOptions()))
    contents.masks[0][:4, :4] = 9
    (tmp_path / "handed").mkdir()
    parts = (contents.frames, contents.masks, contents.maps, contents.document)
    all_at_once(write_report_input(tmp_path / "handed", *parts))

    with pytest.raises(InputError, match="changed since they were scored"):
        asked(save_report, folder=str(tmp_path / "handed"), output=str(tmp_path / "out"), report="csv")
    assert not list(tmp_path.glob("out/*"))


def test_a_result_without_its_outlines_says_so(parameters):
    nodes = add_result(parameters)
    parameters.segmentation = None
    with pytest.raises(InputError, match="outlines of this result were deleted"):
        all_at_once(reportContentsInSteps(parameters, nodes.volume, SourceOptions()))


def test_the_logic_saves_the_newest_result_of_a_node(module, engine, parameters):
    nodes = add_result(parameters)
    engine.answer = lambda method, params: {**ANSWER, "asked": params}
    answer = module.BreastUSAILogic(engine).saveReport(nodes.volume, "/out", report="sr")
    assert answer["asked"] == {"output": "/out", "report": "sr", "keepIdentity": False}


def test_a_readers_way_from_the_first_look_to_the_final_category_is_one_row(ui, section, engine, parameters, tmp_path):
    times = iter(START + timedelta(seconds=step) for step in (0, 42.25, 60))
    parameters.readerFirst = True
    reader = ReaderSection(ui, parameters, lambda: None, now=lambda: next(times))
    nodes = add_result(parameters)
    reader.refresh()
    assert ui.commitAfterButton.isHidden()
    ui.readerCodeEdit.text = "R2"
    ui.readerConfidenceSpinBox.value = 70
    ui.biradsComboBox.currentIndex = ui.biradsComboBox.findText("4A: low suspicion")
    ui.commitAssessmentButton.click()
    reader.resultShown()
    assert not ui.commitAfterButton.isHidden()
    assert not ui.commitAfterButton.enabled
    ui.biradsAfterComboBox.currentIndex = ui.biradsAfterComboBox.findText("4A: low suspicion") + 1
    ui.confidenceAfterSpinBox.value = 90
    ui.commitAfterButton.click()
    assert ui.commitAfterButton.isHidden()
    assert "After the result was shown: BI-RADS 4B" in ui.readerStateLabel.text

    engine.answer = lambda method, params: asked(save_readers, **{**params, "output": str(tmp_path / "table.csv")})
    section.refresh()
    ui.saveReadersButton.click()

    assert "1 assessments saved" in ui.reportMessageLabel.text
    with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["reader"], row["case"], row["order"], row["seconds"]) == ("R2", nodes.volume.GetName(), "1", "42.2")
    assert (row["category_before"], row["confidence_before"]) == ("4A", "70")
    assert (row["category_after"], row["confidence_after"]) == ("4B", "90")
    assert row["classifier_version"]
    reader.resultArrived()  # of an analysis done again: everything that was entered stays
    assert '"birads_after": "4B"' in nodes.report.GetText()


def test_the_stored_masks_are_those_of_the_segments(parameters):
    nodes = add_result(parameters, InputKind.VOLUME, 3)
    contents = all_at_once(reportContentsInSteps(parameters, nodes.volume, SourceOptions()))
    assert set(contents.masks) == {0, 1, 2}
    assert all(np.unique(labels).tolist()[0] == 0 for labels in contents.masks.values())
