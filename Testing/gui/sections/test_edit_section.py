"""The block "Edit": Segment Editor opens on the right nodes, the way back works, re-scoring asks for scores."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import qt
import shiboken6
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.sections.edit_section import EditSection
from Testing.gui.panel_file import add_result


class Editor:
    """Slicer's Segment Editor as far as a visitor meets it: entering chooses nodes of its own."""

    def __init__(self, scene: Any) -> None:
        self.parent = qt.QWidget()
        self.layout = qt.QVBoxLayout(self.parent)
        self.layout.addWidget(qt.QLabel("effects"))
        self.parameterSetNode: Any = None
        self._scene = scene

    def enter(self) -> None:
        node = slicer.vtkMRMLSegmentEditorNode()
        self.parameterSetNode = self._scene.AddNode(node)
        self.parameterSetNode.SetAndObserveSegmentationNode(self._scene.GetFirstNodeByClass("vtkMRMLSegmentationNode"))

    @property
    def buttons(self) -> list[Any]:
        """Those that a reader sees."""
        return [button for button in self.parent.findChildren(qt.QPushButton) if not button.isHidden()]


@pytest.fixture
def editor(application, host, monkeypatch):
    editor = Editor(host.scene)
    opened: list[str] = []

    def selectModule(name: str) -> None:
        opened.append(name)
        if name == "SegmentEditor":
            editor.enter()

    monkeypatch.setattr(slicer.util, "selectModule", selectModule)
    host.modules.segmenteditor = SimpleNamespace(widgetRepresentation=lambda: SimpleNamespace(self=lambda: editor))
    editor.opened = opened
    return editor


@pytest.fixture
def rescored():
    return []


@pytest.fixture
def section(ui, parameters, rescored):
    return EditSection(ui, parameters, lambda: rescored.append(True))


def test_without_outlines_nothing_can_be_edited_and_the_tooltip_says_why(ui, section):
    for button in (ui.editButton, ui.rescoreButton):
        assert not button.enabled
        assert button.toolTip == "There are no outlines yet: analyze an image first."


def test_with_outlines_both_can_be_done(ui, section, parameters):
    add_result(parameters)
    section.refresh()

    assert ui.editButton.enabled
    assert ui.rescoreButton.enabled
    assert "Segment Editor" in ui.editButton.toolTip


def test_segment_editor_opens_on_these_outlines_and_this_image_whatever_else_is_there(ui, section, parameters, editor):
    add_result(parameters)
    nodes = add_result(parameters)
    section.refresh()

    ui.editButton.click()

    assert editor.opened == ["SegmentEditor"]
    assert editor.parameterSetNode.GetSegmentationNode() is nodes.segmentation
    assert editor.parameterSetNode.GetSourceVolumeNode() is nodes.volume
    assert editor.parameterSetNode.GetSelectedSegmentID() == nodes.segmentation.GetSegmentation().GetNthSegmentID(0)


def test_the_image_is_that_of_the_outlines_even_when_another_is_chosen(ui, section, parameters, editor):
    nodes = add_result(parameters)
    parameters.inputVolume = editor._scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    section.refresh()

    ui.editButton.click()

    assert editor.parameterSetNode.GetSourceVolumeNode() is nodes.volume


def test_a_cine_is_edited_on_the_browser_s_nodes(ui, section, parameters, editor):
    nodes = add_result(parameters, InputKind.CINE, 3)
    section.refresh()

    ui.editButton.click()

    assert editor.parameterSetNode.GetSegmentationNode() is nodes.segmentation
    assert nodes.browser.GetSaveChanges(nodes.browser.GetSequenceNode(nodes.segmentation))


def test_a_button_above_the_effects_leads_back_and_is_then_gone(ui, section, parameters, editor, application):
    add_result(parameters)
    section.refresh()
    ui.editButton.click()

    assert editor.layout.indexOf(editor.buttons[0]) == 0
    assert editor.buttons[0].text == "Back to Breast Ultrasound AI"
    editor.buttons[0].click()

    assert editor.opened == ["SegmentEditor", "BreastUSAI"]
    assert editor.buttons == []


def test_the_button_that_is_pressed_lives_until_its_click_has_ended(ui, section, parameters, editor, application):
    add_result(parameters)
    section.refresh()
    ui.editButton.click()
    button = editor.buttons[0]
    button.click()

    assert button.parent() is editor.parent
    application.sendPostedEvents(None, qt.QEvent.DeferredDelete)
    assert not shiboken6.isValid(button)


def test_two_visits_leave_one_button(ui, section, parameters, editor):
    add_result(parameters)
    section.refresh()
    ui.editButton.click()
    ui.editButton.click()

    assert len(editor.buttons) == 1


@pytest.mark.parametrize("leave", ["enter", "cleanup"])
def test_the_button_does_not_outlive_the_visit(ui, section, parameters, editor, leave):
    add_result(parameters)
    section.refresh()
    ui.editButton.click()

    getattr(section, leave)()

    assert editor.buttons == []


def test_without_segment_editor_a_sentence_is_shown(ui, section, parameters, monkeypatch):
    def selectModule(_name: str) -> None:
        raise RuntimeError("Could not find moduleSelector in the main window")

    monkeypatch.setattr(slicer.util, "selectModule", selectModule)
    add_result(parameters)
    section.refresh()

    ui.editButton.click()

    assert ui.editHintLabel.text.startswith("Segment Editor cannot be opened here")


def test_re_score_asks_once(ui, section, parameters, rescored):
    add_result(parameters)
    section.refresh()
    ui.rescoreButton.click()

    assert rescored == [True]


def test_while_an_analysis_runs_there_is_no_re_scoring(ui, section, parameters):
    add_result(parameters)
    section.setBusy(True)
    assert not ui.rescoreButton.enabled
    assert ui.rescoreButton.toolTip == "Wait for the analysis that is running."
    assert ui.editButton.enabled

    section.setBusy(False)
    assert ui.rescoreButton.enabled


def test_outlines_whose_image_was_deleted_cannot_be_edited(ui, section, parameters, host):
    nodes = add_result(parameters)
    host.scene.RemoveNode(nodes.volume)
    section.refresh()

    assert not ui.rescoreButton.enabled
    assert "no longer in the scene" in ui.rescoreButton.toolTip
