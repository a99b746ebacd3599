"""Reader-first: nothing of a result is to be seen before the reader's own assessment stands."""

from __future__ import annotations

import json

import pytest
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.sequences import sequenceBehind
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.client.events import until
from Testing.host.scene.subject_hierarchy import DataModule
from Testing.host.views.slice_views import outlines_in
from Testing.scene.analyses import analysis_of, marked_frames

RESULT = ("segmentation", "heatMap", "table", "report")


@pytest.fixture
def waiting(scene, panel, engine):
    """A panel whose result waits for the reader."""
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames())
    panel.ui.readerFirstCheckBox.checked = True
    analyzed(panel, engine)
    return panel


def analyzed(panel, engine):
    before = len(engine.calls)
    panel.analyze()
    until(lambda: len(engine.calls) > before)
    engine.calls[-1].finish()
    until(lambda: not panel.state.isBusy)


def nodes(panel):
    return [getattr(panel.parameters, name) for name in RESULT]


def commit(panel):
    panel.ui.biradsComboBox.currentIndex = 5
    panel.ui.readerCommentEdit.plainText = "irregular margin"
    panel.ui.commitAssessmentButton.click()


def views_over(panel, host):
    return host.sliceLogic.GetSliceCompositeNode().GetForegroundVolumeID()


def test_result_overlays_and_nodes_are_out_of_sight(waiting, host):
    assert not waiting.ui.resultBody.visible
    assert "hidden" in waiting.ui.resultEmptyLabel.text
    assert all(node.GetHideFromEditors() for node in nodes(waiting))
    assert not waiting.parameters.segmentation.GetDisplayNode().GetVisibility()
    assert not views_over(waiting, host)
    assert "The result is ready" in waiting.ui.messageLabel.text
    assert "stay hidden" in waiting.ui.editHintLabel.text


def test_no_control_and_no_key_shows_it_early(waiting, host):
    waiting.ui.showOverlaysCheckBox.checked = False
    waiting.ui.showOverlaysCheckBox.checked = True
    waiting.ui.heatMapOpacitySlider.setProperty("value", 0.9)
    waiting.blocks.overlay.toggle()
    waiting.enter()

    assert not waiting.ui.resultBody.visible
    assert not waiting.parameters.segmentation.GetDisplayNode().GetVisibility()
    assert not views_over(waiting, host)
    assert not waiting.ui.editButton.enabled


def test_the_assessment_brings_it_to_light_and_stays_with_it(waiting, host):
    commit(waiting)

    assert waiting.ui.resultBody.visible
    assert waiting.ui.verdictLabel.text == "Malignant"
    assert not any(node.GetHideFromEditors() for node in nodes(waiting))
    assert waiting.parameters.segmentation.GetDisplayNode().GetVisibility()
    assert views_over(waiting, host) == waiting.parameters.heatMap.GetID()
    report = json.loads(waiting.parameters.report.GetText())
    assert report["reader_assessment"]["comment"] == "irregular margin"


@pytest.mark.parametrize("kind", [InputKind.STILL, InputKind.CINE])
def test_the_data_module_lists_nothing_of_it_before_and_everything_after(scene, panel, engine, kind):
    frames = marked_frames(kind, count=1 if kind is InputKind.STILL else 3)
    image = addVolumeNode(scene, frames) if kind is InputKind.STILL else addCine(scene, frames)[1]
    panel.parameters.inputVolume = image
    panel.ui.readerFirstCheckBox.checked = True
    tree = DataModule(scene)

    analyzed(panel, engine)

    hidden = {*nodes(panel), *(behind.sequence for node in nodes(panel) if (behind := sequenceBehind(node)))}
    assert len(hidden) == (4 if kind is InputKind.STILL else 6)
    assert not tree.ever & hidden
    commit(panel)
    assert hidden <= tree.listed


def test_a_result_of_a_script_is_unlisted_as_soon_as_the_panel_has_it(scene, module, panel):
    image = addVolumeNode(scene, marked_frames())
    panel.parameters.inputVolume = image
    panel.ui.readerFirstCheckBox.checked = True
    tree = DataModule(scene)

    result = showAnalysis(analysis_of(marked_frames()), marked_frames(), image)
    until(lambda: panel.parameters.report is result.report)

    assert not tree.listed & set(nodes(panel))


def test_a_result_that_a_script_waits_for_is_never_seen_before_the_assessment(scene, widget, engine):
    image = addVolumeNode(scene, marked_frames())
    widget.panel.parameters.inputVolume = image
    widget.panel.ui.readerFirstCheckBox.checked = True
    tree, seen = DataModule(scene), set()

    job = widget.logic.analyze(image, wait=False)
    until(lambda: engine.calls)
    engine.calls[0].finish()
    while job.isRunning:
        slicer.app.processEvents()
        seen.update(outlines_in(scene))

    until(lambda: widget.panel.parameters.report is not None)
    assert not seen
    assert not tree.ever & set(nodes(widget.panel))


def test_a_result_of_a_script_leaves_the_reader_at_the_image_that_is_shown(scene, host, widget, engine):
    first, second = (addVolumeNode(scene, marked_frames()) for _image in range(2))
    widget.panel.parameters.inputVolume = second

    job = widget.logic.analyze(first, wait=False)
    until(lambda: engine.calls)
    engine.calls[0].finish()
    until(lambda: not job.isRunning)

    assert widget.panel.parameters.inputVolume is second
    assert host.sliceLogic.GetSliceCompositeNode().GetBackgroundVolumeID() == second.GetID()


def test_the_volume_made_of_frames_is_offered_while_its_result_waits(scene, panel, engine):
    panel.parameters.inputVolume = addCine(scene, marked_frames(InputKind.CINE, count=4))[1]
    panel.ui.readerFirstCheckBox.checked = True
    panel.ui.treatAsSlicesCheckBox.checked = True
    tree = DataModule(scene)

    analyzed(panel, engine)

    stack = panel.parameters.inputVolume
    assert stack.GetName().endswith("as slices")
    assert stack in tree.listed
    assert panel.ui.inputVolumeSelector.currentNode() is stack
    assert not stack.GetHideFromEditors()
    assert all(node.GetHideFromEditors() for node in nodes(panel))


def test_results_of_several_images_are_unlisted_while_they_wait_and_no_longer(scene, waiting, engine):
    first, second = waiting.parameters.inputVolume, addVolumeNode(scene, marked_frames())
    hidden = nodes(waiting)
    later = showAnalysis(analysis_of(marked_frames()), marked_frames(), second)
    waiting.parameters.inputVolume = second
    assert all(node.GetHideFromEditors() for node in (later.segmentation, later.report, *hidden))

    waiting.ui.readerFirstCheckBox.checked = False
    waiting.parameters.inputVolume = first

    assert not any(node.GetHideFromEditors() for node in (later.segmentation, later.report, *hidden))


def test_the_result_no_longer_stays_hidden_when_it_does_not(waiting):
    assert "stays hidden" in waiting.ui.messageLabel.text
    commit(waiting)

    assert not waiting.ui.messageFrame.visible
    assert waiting.ui.messageLabel.text == ""


def test_the_next_image_starts_hidden_again(scene, waiting, engine):
    commit(waiting)
    second = addVolumeNode(scene, marked_frames())
    waiting.parameters.inputVolume = second
    analyzed(waiting, engine)

    assert not waiting.ui.resultBody.visible
    assert all(node.GetHideFromEditors() for node in nodes(waiting))


def test_a_cine_stays_at_its_frame_until_then(scene, panel, engine):
    source, cine = addCine(scene, marked_frames(InputKind.CINE, count=4))
    panel.parameters.inputVolume = cine
    panel.ui.readerFirstCheckBox.checked = True
    source.browser.SetSelectedItemNumber(1)

    analyzed(panel, engine)

    assert source.browser.GetSelectedItemNumber() == 1


def test_without_reader_first_the_result_is_shown_at_once(scene, panel, engine):
    panel.parameters.inputVolume = addVolumeNode(scene, marked_frames())
    analyzed(panel, engine)

    assert panel.ui.resultBody.visible
    assert not any(node.GetHideFromEditors() for node in nodes(panel))
