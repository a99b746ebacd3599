"""A click in the slice view finds a lesion or removes an outline; Esc and a right click give it up."""

from __future__ import annotations

import dataclasses

import pytest
import qt
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.lesions.click_point import CORNERS_CLASS
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.results.stored_report import storedReport
from BreastUSAILib.scene.views.lesion_views import goToFrame
from Testing.client.events import until
from Testing.host.views.placing import click_in_view, hover_in_view
from Testing.scene.analyses import marked_frames
from Testing.scene.lesions.changed import nodes_of
from Testing.scene.lesions.test_asked_lesion import BESIDE, ON_SECOND, found_at
from Testing.scene.world import world_of

KINDS = {"still": InputKind.STILL, "cine": InputKind.CINE, "volume": InputKind.VOLUME}
FIDUCIALS = "vtkMRMLMarkupsFiducialNode"


def analyzed(panel, engine, scene, kind: str):
    frames = marked_frames(KINDS[kind], count=1 if kind == "still" else 3)
    image = addCine(scene, frames)[1] if kind == "cine" else addVolumeNode(scene, frames)
    panel.parameters.inputVolume = image
    panel.ui.analyzeButton.click()
    until(lambda: len(engine.calls) > 0, "the question to the engine")
    engine.calls[-1].finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")
    return image


def clicked(panel, scene, image, at, plane=0.0) -> None:
    panel.ui.findLesionButton.click()
    click_in_view(scene, world_of(image, (*at, plane)))
    until(lambda: not panel.ui.findLesionButton.checked, "the click to be taken")


def names_in(panel) -> list[str]:
    segmentation = panel.parameters.segmentation.GetSegmentation()
    return [segmentation.GetNthSegment(index).GetName() for index in range(segmentation.GetNumberOfSegments())]


@pytest.mark.parametrize("kind", KINDS)
def test_a_click_beside_the_outlines_asks_the_engine_for_that_place_alone(panel, engine, scene, kind):
    image = analyzed(panel, engine, scene, kind)
    frame = 0 if kind == "still" else 1
    goToFrame(image, None, frame)
    before = len(engine.calls)

    clicked(panel, scene, image, BESIDE, frame if kind == "volume" else 0.0)
    until(lambda: len(engine.calls) > before, "the question to the engine")

    call = engine.calls[-1]
    (place,) = call.options.places
    assert (place.column, place.row, place.frame) == (pytest.approx(40, abs=1e-3), pytest.approx(36, abs=1e-3), frame)
    assert (call.options.frames.first, call.options.frames.last) == (frame, frame)
    assert nodesOfClass(scene, FIDUCIALS) == []
    call.finish(found_at(nodes_of(panel.parameters), dataclasses.replace(place, column=40.0, row=36.0)))
    until(lambda: not panel.state.isBusy, "the end of the search")
    assert panel.state is PanelState.DONE
    assert "Lesion 3 (asked for)" in names_in(panel)
    assert not panel.ui.editedLabel.visible
    assert any(one.asked for one in storedReport(panel.parameters.report).analysis.lesions)


@pytest.mark.parametrize("kind", KINDS)
def test_two_corners_ask_for_the_box_between_them(panel, engine, scene, kind):
    image = analyzed(panel, engine, scene, kind)
    frame = 0 if kind == "still" else 1
    goToFrame(image, None, frame)
    before, plane = len(engine.calls), frame if kind == "volume" else 0.0

    panel.ui.findBoxButton.click()
    click_in_view(scene, world_of(image, (44.0, 40.0, plane)))
    slicer.app.processEvents()
    assert panel.ui.findBoxButton.checked, "the other corner is still to come"
    click_in_view(scene, world_of(image, (36.0, 32.0, plane)))
    until(lambda: len(engine.calls) > before, "the question to the engine")

    (place,) = engine.calls[-1].options.places
    assert (place.column, place.row) == (pytest.approx(40, abs=1e-3), pytest.approx(36, abs=1e-3))
    assert (place.width, place.height) == (pytest.approx(9, abs=1e-3), pytest.approx(9, abs=1e-3))
    assert place.frame == frame
    assert not panel.ui.findBoxButton.checked
    assert nodesOfClass(scene, CORNERS_CLASS) == []


def test_a_box_around_an_outline_does_not_remove_it(panel, engine, scene):
    image = analyzed(panel, engine, scene, "still")
    before = len(engine.calls)
    panel.ui.findBoxButton.click()
    for sign in (-8.0, 8.0):
        click_in_view(scene, world_of(image, (ON_SECOND[0] + sign, ON_SECOND[1] + sign, 0.0)))
    until(lambda: len(engine.calls) > before, "the question to the engine")
    assert names_in(panel) == ["Lesion 1", "Lesion 2"]


def test_corners_that_lie_on_one_another_are_no_box(panel, engine, scene):
    image = analyzed(panel, engine, scene, "still")
    before = len(engine.calls)
    panel.ui.findBoxButton.click()
    for _corner in range(2):
        click_in_view(scene, world_of(image, (*BESIDE, 0.0)))
    until(lambda: not panel.ui.findBoxButton.checked, "the clicks to be taken")
    assert len(engine.calls) == before
    assert "no corners of a box" in panel.ui.messageLabel.text


def test_one_button_is_down_at_a_time(panel, engine, scene):
    analyzed(panel, engine, scene, "still")
    panel.ui.findBoxButton.click()
    panel.ui.findLesionButton.click()
    assert panel.ui.findLesionButton.checked
    assert not panel.ui.findBoxButton.checked
    assert nodesOfClass(scene, CORNERS_CLASS) == []
    assert len(nodesOfClass(scene, FIDUCIALS)) == 1
    panel.ui.findLesionButton.click()
    assert nodesOfClass(scene, FIDUCIALS) == []


def test_a_click_on_an_outline_removes_it_without_the_engine(panel, engine, scene):
    image = analyzed(panel, engine, scene, "still")
    before = len(engine.calls)

    clicked(panel, scene, image, ON_SECOND)
    until(lambda: names_in(panel) == ["Lesion 1"], "the outline to go")

    assert len(engine.calls) == before
    until(lambda: not panel.state.isBusy, "the end")
    assert panel.ui.lesionTable.rowCount == 1


def test_escape_gives_it_up(widget, engine, scene):
    panel = widget.panel
    image = analyzed(panel, engine, scene, "still")
    panel.ui.findLesionButton.click()
    assert len(nodesOfClass(scene, FIDUCIALS)) == 1
    hover_in_view(scene, world_of(image, (*BESIDE, 0.0)))

    panel.blocks.find.giveUp()

    assert not panel.ui.findLesionButton.checked
    assert nodesOfClass(scene, FIDUCIALS) == []
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    assert interaction.GetCurrentInteractionMode() != interaction.Place
    before = len(engine.calls)
    click_in_view(scene, world_of(image, (*BESIDE, 0.0)))
    assert len(engine.calls) == before


def test_the_escape_key_works_while_a_click_is_waited_for_and_not_else(application, ui, parameters):
    from BreastUSAILib.gui.sections.find_section import FindSection
    from Testing.gui.panel_file import add_result

    window = qt.QWidget()
    add_result(parameters)
    section = FindSection(ui, lambda place: None, lambda problem: None, window)
    section.setParameterNode(parameters)
    section.refresh("")
    (key,) = window.findChildren(qt.QShortcut)
    assert not key.enabled
    ui.findLesionButton.click()
    assert key.enabled

    key.activated.emit()

    assert not key.enabled
    assert not ui.findLesionButton.checked
    section.cleanup()


def test_a_right_click_ends_the_placing_and_lets_the_button_go(panel, engine, scene):
    analyzed(panel, engine, scene, "still")
    panel.ui.findLesionButton.click()

    scene.GetNodeByID("vtkMRMLInteractionNodeSingleton").SwitchToViewTransformMode()  # as the application does

    until(lambda: not panel.ui.findLesionButton.checked, "the button to be let go")
    assert nodesOfClass(scene, FIDUCIALS) == []


def test_a_click_beside_the_image_says_so(panel, engine, scene):
    image = analyzed(panel, engine, scene, "still")
    before = len(engine.calls)
    clicked(panel, scene, image, (-20.0, 10.0))
    assert len(engine.calls) == before
    assert "beside the image" in panel.ui.messageLabel.text


def test_where_nothing_is_found_the_reason_is_said_and_nothing_changes(panel, engine, scene):
    image = analyzed(panel, engine, scene, "still")
    before = len(engine.calls)
    clicked(panel, scene, image, BESIDE)
    until(lambda: len(engine.calls) > before, "the question to the engine")
    found = found_at(nodes_of(panel.parameters), dataclasses.replace(engine.calls[-1].options.places[0], column=40.0))
    empty = found.maps.masks.copy() * 0
    engine.calls[-1].finish(
        dataclasses.replace(found, lesions=(), flags=(), maps=dataclasses.replace(found.maps, masks=empty))
    )
    until(lambda: not panel.state.isBusy, "the end of the search")
    assert panel.state is PanelState.FAILED
    assert names_in(panel) == ["Lesion 1", "Lesion 2"]


def test_without_a_result_the_button_says_why(panel):
    assert not panel.ui.findLesionButton.enabled
    assert panel.ui.findLesionButton.toolTip == "There are no outlines yet: analyze an image first."


def test_another_module_ends_the_wait(widget, engine, scene):
    analyzed(widget.panel, engine, scene, "still")
    widget.panel.ui.findLesionButton.click()
    widget.exit()
    assert not widget.panel.ui.findLesionButton.checked
    assert nodesOfClass(scene, FIDUCIALS) == []
    widget.enter()
