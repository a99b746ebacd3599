"""The block "Input": what an image is recognized as, its frames, and its pixel size by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from BreastUSAILib.client.jobs.analysis_request import manualSpacing
from BreastUSAILib.engine.images.frames import InputKind, SpacingSource
from BreastUSAILib.gui.sections.given_sizes import GIVEN_ATTRIBUTE
from BreastUSAILib.gui.words.input_words import recognizedWords
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.result_links import linkResult
from BreastUSAILib.scene.results.show import showAnalysis
from BreastUSAILib.scene.source.pixel_size_line import addPixelSizeLine
from Testing.client.events import until
from Testing.host.views.placing import click_in_view, hover_in_view
from Testing.scene.analyses import analysis_of, marked_frames


def recognized(kind=InputKind.STILL, frames=1, spacing=(0.0621, 0.0621), source="ultrasound_region", between=None):
    return SimpleNamespace(
        kind=kind,
        frames=frames,
        pixelSpacingMm=spacing,
        spacingSource=SpacingSource(source),
        sliceSpacingMm=between,
        canBeSlices=False,
    )


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (recognized(InputKind.CINE, 65), "Cine, 65 frames, 0.0621 mm/pixel"),
        (recognized(spacing=(0.2, 0.1)), "Still, 0.1 × 0.2 mm/pixel"),
        (recognized(spacing=None, source="none"), "Still, uncalibrated: millimeters are not shown"),
        (recognized(source="manual"), "Still, 0.0621 mm/pixel, given by hand"),
        (
            recognized(InputKind.VOLUME, 200, source="volume_header"),
            "3-D volume, 200 slices, 0.0621 mm/pixel, as the volume's header states it, "
            "slice spacing unknown: no volumes in mm³",
        ),
        (
            recognized(InputKind.VOLUME, 200, between=0.5),
            "3-D volume, 200 slices, 0.0621 mm/pixel, slices 0.5 mm apart",
        ),
    ],
)
def test_an_input_in_words(facts, words):
    assert recognizedWords(facts) == words


def test_a_still_has_no_frames_to_choose(scene, panel):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames())

    assert not panel.ui.framesFrame.visible
    assert not panel.ui.slicesFrame.visible


def test_a_cine_offers_frames_and_slices(scene, panel):
    panel.parameters.inputVolume = addCine(scene, marked_frames(InputKind.CINE, count=4))[1]

    assert panel.ui.framesFrame.visible
    assert panel.ui.slicesFrame.visible
    assert not panel.ui.everyNthSpinBox.visible
    assert not panel.ui.sliceSpacingSpinBox.visible

    panel.ui.framesComboBox.currentIndex = 2
    panel.ui.treatAsSlicesCheckBox.checked = True

    assert panel.parameters.frames == "every"
    assert panel.ui.everyNthSpinBox.visible
    assert panel.ui.sliceSpacingSpinBox.visible
    assert panel.ui.framesLabel.text == "Slices:"
    assert panel.ui.recognizedLabel.text.startswith("3-D volume, 4 slices")


def test_a_step_of_one_is_one_frame(scene, panel):
    panel.parameters.inputVolume = addCine(scene, marked_frames(InputKind.CINE, count=4))[1]
    panel.parameters.frames = "every"

    assert panel.ui.everyNthSpinBox.text == "5 frames"

    panel.ui.everyNthSpinBox.value = 1
    assert panel.ui.everyNthSpinBox.text == "1 frame"

    panel.parameters.treatAsSlices = True
    assert panel.ui.everyNthSpinBox.text == "1 slice"


def test_an_uncalibrated_image_offers_a_pixel_size_by_hand(scene, panel):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames(spacing=None))

    assert "uncalibrated" in panel.ui.recognizedLabel.text
    assert panel.ui.calibrationFrame.visible
    assert not panel.ui.removeCalibrationButton.visible


def test_a_typed_pixel_size_counts_and_can_be_forgotten(scene, panel, engine):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.ui.typedSpacingSpinBox.value = 0.08

    assert panel.ui.recognizedLabel.text == "Still, 0.08 mm/pixel, given by hand"

    panel.analyze()
    until(lambda: engine.calls)
    assert engine.calls[0].frames.pixel_spacing_mm == (0.08, 0.08)
    assert engine.calls[0].frames.spacing_source is SpacingSource.MANUAL
    panel.cancel()
    until(lambda: not panel.state.isBusy)

    panel.ui.removeCalibrationButton.click()
    assert "uncalibrated" in panel.ui.recognizedLabel.text


def test_two_clicks_and_their_distance_give_the_pixel_size(scene, panel):
    volume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.parameters.inputVolume = volume
    panel.ui.calibrateButton.click()
    assert "Click the two ends" in panel.ui.calibrationLabel.text

    click_in_view(scene, ras_of(volume, column=2, row=4))
    assert "click the other end" in panel.ui.calibrationLabel.text
    assert "uncalibrated" in panel.ui.recognizedLabel.text

    click_in_view(scene, ras_of(volume, column=2, row=44))
    panel.ui.calibrationLengthSpinBox.value = 20.0
    assert panel.ui.recognizedLabel.text == "Still, 0.5 mm/pixel, given by hand"
    assert "0.5 mm/pixel" in panel.ui.calibrationLabel.text

    panel.parameters.calibrationLine.SetNthControlPointPositionWorld(1, *ras_of(volume, column=2, row=24))
    assert panel.ui.recognizedLabel.text == "Still, 1 mm/pixel, given by hand"


def test_a_line_that_nobody_has_drawn_measures_nothing(scene, panel):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.ui.calibrateButton.click()
    panel.ui.calibrationLengthSpinBox.value = 40.0

    assert "uncalibrated" in panel.ui.recognizedLabel.text
    assert panel.parameters.calibrationLine.GetNumberOfControlPoints() == 0


def test_while_an_end_is_carried_under_the_mouse_the_panel_is_not_drawn_anew(scene, panel, monkeypatch):
    volume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.parameters.inputVolume = volume
    panel.ui.calibrateButton.click()
    drawn = []
    monkeypatch.setattr(panel.input, "refresh", lambda: drawn.append("again"))
    for row in range(4, 40, 4):
        hover_in_view(scene, ras_of(volume, column=2, row=row))
    assert drawn == []

    click_in_view(scene, ras_of(volume, column=2, row=40))
    assert drawn != []


def test_forgetting_the_line_before_it_is_drawn_ends_the_drawing(scene, panel):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.ui.calibrateButton.click()
    panel.ui.removeCalibrationButton.click()

    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform


def test_a_heat_map_is_not_an_image_to_analyze(scene, panel, engine):
    volume = addVolumeNode(scene, marked_frames())
    nodes = showAnalysis(analysis_of(marked_frames()), marked_frames(), volume)
    linkResult(nodes)
    panel.parameters.inputVolume = nodes.heatMap

    assert "heat map of BreastUSAI" in panel.ui.recognizedLabel.text
    assert not panel.ui.analyzeButton.enabled


def test_marks_that_lie_on_each_other_are_refused_in_a_sentence(scene, panel):
    volume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.parameters.inputVolume = volume
    panel.ui.calibrateButton.click()
    for _click in range(2):
        click_in_view(scene, ras_of(volume, column=2, row=4))

    assert "too short" in panel.ui.calibrationLabel.text
    assert not panel.ui.analyzeButton.enabled
    assert "too short" in panel.ui.analyzeButton.toolTip


def test_marking_again_leaves_one_line(scene, panel):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.ui.calibrateButton.click()
    panel.ui.calibrateButton.click()

    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsLineNode") == 1

    panel.ui.removeCalibrationButton.click()

    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsLineNode") == 0
    assert panel.parameters.calibrationLine is None


def test_a_line_that_is_deleted_elsewhere_no_longer_counts(scene, panel):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames(spacing=None))
    panel.ui.calibrateButton.click()
    scene.RemoveNode(panel.parameters.calibrationLine)

    assert "uncalibrated" in panel.ui.recognizedLabel.text


def test_a_typed_pixel_size_is_that_of_its_image_alone(scene, panel, engine):
    first, second, third = (addVolumeNode(scene, marked_frames(spacing=None)) for _image in range(3))
    panel.parameters.inputVolume = first
    panel.ui.typedSpacingSpinBox.value = 0.08

    panel.parameters.inputVolume = second

    assert "uncalibrated" in panel.ui.recognizedLabel.text
    assert panel.ui.typedSpacingSpinBox.value == 0.0
    panel.ui.typedSpacingSpinBox.value = 0.2
    panel.parameters.inputVolume = first
    assert panel.ui.recognizedLabel.text == "Still, 0.08 mm/pixel, given by hand"
    panel.parameters.inputVolume = second
    assert panel.ui.recognizedLabel.text == "Still, 0.2 mm/pixel, given by hand"
    scene.RemoveNode(second)
    panel.parameters.inputVolume = third
    assert "uncalibrated" in panel.ui.recognizedLabel.text


def test_a_drawn_line_is_that_of_its_image_alone(scene, panel):
    first, second = (addVolumeNode(scene, marked_frames(spacing=None)) for _image in range(2))
    panel.parameters.inputVolume = first
    panel.ui.calibrateButton.click()
    for row in (4, 44):
        click_in_view(scene, ras_of(first, column=2, row=row))
    panel.ui.calibrationLengthSpinBox.value = 20.0
    line = panel.parameters.calibrationLine

    panel.parameters.inputVolume = second

    assert "uncalibrated" in panel.ui.recognizedLabel.text
    assert panel.parameters.calibrationLine is None
    assert not line.GetDisplayNode().GetVisibility()
    panel.parameters.inputVolume = first
    assert panel.ui.recognizedLabel.text == "Still, 0.5 mm/pixel, given by hand"
    assert panel.parameters.calibrationLine is line
    assert line.GetDisplayNode().GetVisibility()


def test_a_line_of_another_image_gives_no_size(scene, parameters):
    first, second = (addVolumeNode(scene, marked_frames(spacing=None)) for _image in range(2))
    line = parameters.calibrationLine = addPixelSizeLine(first)
    for row in (4, 44):
        line.AddControlPointWorld(*ras_of(first, column=2, row=row))
    sizes = []
    for parameters.inputVolume in (first, second):
        sizes.append(manualSpacing(parameters))

    assert sizes == [pytest.approx((0.25, 0.25)), None]


def test_a_line_that_is_half_drawn_goes_when_another_image_is_chosen(scene, panel):
    first, second = (addVolumeNode(scene, marked_frames(spacing=None)) for _image in range(2))
    panel.parameters.inputVolume = first
    panel.ui.calibrateButton.click()
    click_in_view(scene, ras_of(first, column=2, row=4))

    panel.parameters.inputVolume = second

    assert scene.GetNumberOfNodesByClass("vtkMRMLMarkupsLineNode") == 0
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    assert interaction.GetCurrentInteractionMode() == interaction.ViewTransform


def test_frames_are_slices_of_one_image_alone(scene, panel):
    first, second = (addCine(scene, marked_frames(InputKind.CINE, count=4))[1] for _image in range(2))
    panel.parameters.inputVolume = first
    panel.ui.treatAsSlicesCheckBox.checked = True
    panel.ui.sliceSpacingSpinBox.value = 0.5

    panel.parameters.inputVolume = second

    assert panel.ui.recognizedLabel.text.startswith("Cine")
    panel.parameters.inputVolume = first
    assert "slices 0.5 mm apart" in panel.ui.recognizedLabel.text


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"typedSpacingMm": "x", "treatAsSlices": null}', '{"typedSpacingMm": -7}']
)
def test_sizes_that_a_scene_states_wrongly_are_none(scene, panel, text):
    first, second = (addVolumeNode(scene, marked_frames(spacing=None)) for _image in range(2))
    second.SetAttribute(GIVEN_ATTRIBUTE, text)
    panel.parameters.inputVolume = first
    panel.parameters.inputVolume = second

    assert "uncalibrated" in panel.ui.recognizedLabel.text


def ras_of(volume, column, row):
    import vtk

    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    return np.array(matrix.MultiplyPoint((column, row, 0, 1)))[:3]


def test_an_image_in_a_shape_that_nobody_foresaw_gives_a_sentence_and_no_analysis(scene, panel, engine, monkeypatch):
    def fail(*_asked):
        raise KeyError("spacing")

    monkeypatch.setattr("BreastUSAILib.gui.sections.input_section.recognize", fail)
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames())
    panel.analyze()

    assert "unexpected" in panel.input.problem
    assert not panel.ui.analyzeButton.enabled
    assert engine.calls == []
