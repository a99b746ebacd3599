"""What the likelihood depends on, asked and shown in the panel."""

from __future__ import annotations

import numpy as np
import pytest
from vtk.util.numpy_support import vtk_to_numpy

from BreastUSAILib.engine.findings.counterfactual.counterfactuals import Change, Counterfactual, Counterfactuals, WhyNot
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.gui.sections.counterfactual_section import CounterfactualSection
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.report_node import addToReport
from Testing.client.events import until
from Testing.gui.panel_file import add_result
from Testing.scene.analyses import marked_frames

FOUND = Counterfactuals(
    0,
    0.42,
    (
        Counterfactual(Change.MARKS, 0.42, 0.63),
        Counterfactual(Change.LESION, 0.42, 0.02),
        Counterfactual(Change.OUTLINE, why_not=WhyNot.NO_EDIT),
        Counterfactual(Change.GAIN_UP, 0.42, 0.42),
    ),
    {
        "": np.full((30, 40), 90, np.uint8),
        "marks": np.full((30, 40), 80, np.uint8),
        "lesion": np.eye(30, 40, dtype=np.uint8),
    },
)


def rowsOf(ui) -> list[str]:
    return [ui.counterfactualsList.item(row).text() for row in range(ui.counterfactualsList.count)]


@pytest.fixture
def section(ui, parameters):
    add_result(parameters)
    section = CounterfactualSection(ui)
    section.show(parameters)
    return section


@pytest.fixture
def volume(scene):
    return addVolumeNode(scene, marked_frames())


def test_without_a_result_the_button_says_why(ui, parameters):
    CounterfactualSection(ui).show(parameters)
    assert not ui.counterfactualsButton.enabled
    assert "analyze an image first" in ui.counterfactualsButton.toolTip


def test_every_change_is_listed_with_its_picture(section, ui):
    asked = []
    section.onCheck = lambda: asked.append(1)
    ui.counterfactualsButton.click()
    section.showFound(FOUND)
    assert asked == [1]
    assert "Likelihood 0.42" in ui.counterfactualsLabel.text
    assert "were not edited." in ui.counterfactualsLabel.text
    assert rowsOf(ui)[0] == "Calipers and text painted out\n+0.21"
    assert rowsOf(ui)[1].endswith("\n-0.40")
    pictured = [not ui.counterfactualsList.item(row).icon().isNull() for row in range(3)]
    assert pictured == [True, True, False]


def test_a_click_shows_the_changed_picture_beside_the_image(section, ui, parameters, volume, scene):
    parameters.inputVolume = volume
    add_result(parameters)
    section.refresh()
    ui.counterfactualsButton.click()
    section.showFound(FOUND)
    assert not ui.counterfactualsCloseButton.isVisibleTo(ui.counterfactualsCloseButton.parentWidget())
    ui.counterfactualsList.itemClicked.emit(ui.counterfactualsList.item(1))
    (beside,) = [node for node in nodesOfClass(scene, "vtkMRMLScalarVolumeNode") if node.GetHideFromEditors()]
    assert np.array_equal(vtk_to_numpy(beside.GetImageData().GetPointData().GetScalars()), np.eye(30, 40).ravel())
    ui.counterfactualsCloseButton.click()
    assert beside.GetScene() is None


def test_they_go_with_the_result_that_they_are_about(section, ui, parameters):
    ui.counterfactualsButton.click()
    section.showFound(FOUND)
    addToReport(parameters.report, "lesion_names", {"1": "Cyst"})
    section.refresh()
    assert ui.counterfactualsLabel.text == ""
    assert rowsOf(ui) == []


def test_what_was_asked_of_another_result_is_not_shown(section, ui, parameters):
    ui.counterfactualsButton.click()
    addToReport(parameters.report, "lesion_names", {"1": "Cyst"})
    section.showFound(FOUND)
    assert ui.counterfactualsLabel.text == ""
    assert rowsOf(ui) == []


def test_the_panel_asks_the_engine_with_the_outlines_of_the_key_frame(volume, panel, engine):
    panel.ui.analyzeButton.click()
    until(lambda: engine.calls, "the analysis")
    engine.calls[-1].finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")
    panel.ui.counterfactualsButton.click()
    until(lambda: len(engine.calls) > 1, "the question")
    call = engine.calls[-1]
    assert call.method == "counterfactuals"
    ((frame, labels),) = call.masks.items()
    assert frame == 0
    assert np.count_nonzero(labels) > 0
    assert panel.state is PanelState.RUNNING
    call.finish(FOUND)
    until(lambda: not panel.state.isBusy, "the end of the checks")
    assert "+0.21" in rowsOf(panel.ui)[0]
    assert panel.state is PanelState.DONE
