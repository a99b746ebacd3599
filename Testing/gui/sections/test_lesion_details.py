"""Descriptors stand below the table with the reader's own words, and lengths as lines that can be dragged."""

from __future__ import annotations

import dataclasses

import pytest
import slicer

from BreastUSAILib.engine.findings.descriptors import Descriptor
from BreastUSAILib.gui.sections.result_section import ResultSection
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.results.stored_report import storedReport
from Testing.scene.analyses import analysis_of, marked_frames
from Testing.scene.world import world_of

LINES = "vtkMRMLMarkupsLineNode"


@pytest.fixture
def section(ui, parameters):
    frames = marked_frames()
    analysis = analysis_of(frames)
    described = (
        Descriptor("shape", "irregular", 0.9, {"solidity": 0.85}),
        Descriptor("orientation", "not_parallel", 0.7, {"height_width_ratio": 1.1}),
        Descriptor("posterior_features", None, 0.0),
    )
    lesions = (dataclasses.replace(analysis.lesions[0], descriptors=described), *analysis.lesions[1:])
    nodes = showAnalysis(dataclasses.replace(analysis, lesions=lesions), frames)
    parameters.inputVolume = nodes.volume
    for name in ("segmentation", "heatMap", "table", "report"):
        setattr(parameters, name, getattr(nodes, name))
    section = ResultSection(ui)
    section.setParameterNode(parameters)
    yield section
    section.cleanup()


def computed(section) -> list[str]:
    return [label.text for label in section.details.descriptors._computed.values()]


def test_the_first_lesions_descriptors_are_shown_in_words(ui, section):
    assert ui.lesionDetailsLabel.text == "Lesion 1"
    assert computed(section) == ["irregular", "not parallel", "cannot be told", "cannot be told", "cannot be told"]
    assert "solidity 0.85" in section.details.descriptors._computed["shape"].toolTip


def test_a_risk_band_is_called_a_band(ui, section):
    assert ui.riskBandLabel.text.startswith("Risk band above 50\N{NO-BREAK SPACE}% to 95")
    assert "not a BI-RADS category" in ui.riskBandLabel.toolTip


def test_the_readers_word_stands_beside_the_computed_one_and_can_be_taken_back(section, parameters):
    box = section.details.descriptors.boxes["shape"]
    box.currentIndex = 2

    stored = storedReport(parameters.report)
    assert stored.readerWords == {1: {"shape": "round"}}
    assert stored.analysis.lesions[0].descriptors[0].value == "irregular"
    section.refresh()
    assert box.currentText == "round"
    assert computed(section)[0] == "irregular"

    box.currentIndex = 0
    assert storedReport(parameters.report).readerWords == {}


def test_a_click_on_a_row_shows_that_lesion(ui, section):
    ui.lesionTable.cellClicked.emit(1, 0)
    assert ui.lesionDetailsLabel.text == "Lesion 2"
    assert computed(section)[0] == "cannot be told"


def test_lines_come_and_go_with_the_box(ui, section, scene):
    ui.lengthLinesCheckBox.click()
    assert len(nodesOfClass(scene, LINES)) == 3
    ui.lengthLinesCheckBox.click()
    assert nodesOfClass(scene, LINES) == []


def test_a_line_that_is_let_go_of_changes_the_table_of_the_panel(ui, section, scene, parameters):
    ui.lengthLinesCheckBox.click()
    line = nodesOfClass(scene, LINES)[0]
    line.SetNthControlPointPositionWorld(0, *world_of(parameters.inputVolume, (10.0, 20.0, 0.0)))
    line.SetNthControlPointPositionWorld(1, *world_of(parameters.inputVolume, (40.0, 20.0, 0.0)))
    assert line.GetNthControlPointLabel(1) == "3.0 mm"
    assert storedReport(parameters.report).analysis.lesions[0].by_reader == ()

    line.InvokeEvent(slicer.vtkMRMLMarkupsNode.PointEndInteractionEvent)
    section.refresh()

    assert storedReport(parameters.report).analysis.lesions[0].by_reader == ("long_axis",)
    assert ui.lesionTable.item(0, 2).text().startswith("3.0")
    assert nodesOfClass(scene, LINES)[0] is line  # it stays under the hand


def test_on_another_frame_the_lines_are_not_seen(ui, section, scene):
    ui.lengthLinesCheckBox.click()
    section.setCurrentFrame(5)
    assert {line.GetDisplayNode().GetVisibility() for line in nodesOfClass(scene, LINES)} == {0}
    section.setCurrentFrame(0)
    assert {line.GetDisplayNode().GetVisibility() for line in nodesOfClass(scene, LINES)} == {1}


def test_no_result_shows_neither_words_nor_lines(ui, section, scene):
    ui.lengthLinesCheckBox.click()
    section.show(None)
    assert not ui.lesionDetailsFrame.visible
    assert nodesOfClass(scene, LINES) == []
