"""Sizes of outlines that were edited are said to be old, and no analysis drops an edit unasked."""

from __future__ import annotations

import pytest
import qt

from BreastUSAILib.client.jobs.rescore_job import RescoreJob
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.results.report_node import addToReport
from BreastUSAILib.scene.results.stored_report import storedReport
from Testing.client.events import until
from Testing.scene.analyses import marked_frames

KINDS = {"still": InputKind.STILL, "cine": InputKind.CINE, "volume": InputKind.VOLUME}


@pytest.fixture(params=KINDS)
def image(request, scene):
    frames = marked_frames(KINDS[request.param], count=1 if request.param == "still" else 3)
    return addCine(scene, frames)[1] if request.param == "cine" else addVolumeNode(scene, frames)


def asked(panel, engine, button="analyzeButton"):
    before = len(engine.calls)
    getattr(panel.ui, button).click()
    until(lambda: len(engine.calls) > before, "the question to the engine")
    return engine.calls[-1]


def analyzed(panel, engine, image):
    panel.parameters.inputVolume = image
    asked(panel, engine).finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")


def looked(panel):
    until(lambda: panel.blocks.edits._look is None, "a look at the outlines")


def edited(widget):
    """What a visit to Segment Editor leaves."""
    widget.exit()
    segmentation = widget.panel.parameters.segmentation.GetSegmentation()
    segmentation.RemoveSegment(segmentation.GetNthSegmentID(1))
    widget.enter()
    looked(widget.panel)


def test_old_sizes_are_said_to_be_old_until_the_outlines_are_scored_again(widget, engine, image):
    panel = widget.panel
    analyzed(panel, engine, image)
    widget.enter()
    looked(panel)
    assert not panel.ui.editedLabel.visible

    edited(widget)

    assert panel.ui.editedLabel.visible
    assert "press Re-score" in panel.ui.editHintLabel.text
    asked(panel, engine, "rescoreButton").finish()
    until(lambda: not panel.state.isBusy, "the end of the re-scoring")
    looked(panel)
    assert not panel.ui.editedLabel.visible


def test_a_heat_map_by_a_method_that_is_not_known_here_keeps_its_name_when_outlines_are_scored(widget, engine, image):
    panel = widget.panel
    analyzed(panel, engine, image)
    unknown = {"method": "Layer relevance", "class": "malignant", "layer": "input"}
    addToReport(panel.parameters.report, "explanation", unknown)
    edited(widget)

    call = asked(panel, engine, "rescoreButton")
    call.finish()
    until(lambda: not panel.state.isBusy, "the end of the re-scoring")

    assert call.options.explain_method is None
    assert storedReport(panel.parameters.report).analysis.explanation.method == unknown["method"]
    assert "The heat map shown is Layer relevance for malignant." in panel.ui.explainHintLabel.text


def test_an_edit_made_while_it_is_scored_is_not_scored(widget, engine, image):
    panel = widget.panel
    analyzed(panel, engine, image)
    edited(widget)
    call = asked(panel, engine, "rescoreButton")
    segmentation = panel.parameters.segmentation.GetSegmentation()
    segmentation.RemoveSegment(segmentation.GetNthSegmentID(0))
    call.finish()
    until(lambda: not panel.state.isBusy, "the end of the re-scoring")
    looked(panel)

    assert panel.ui.editedLabel.visible


def test_cancelling_when_all_outlines_are_read_asks_the_engine_nothing(widget, engine, image, monkeypatch):
    panel = widget.panel
    analyzed(panel, engine, image)
    edited(widget)
    before, read = len(engine.calls), RescoreJob._read

    def readToTheEnd(job):
        found = yield from read(job)
        qt.QTimer.singleShot(0, panel.cancel)  # comes between the end of the reading and what follows it
        return found

    monkeypatch.setattr(RescoreJob, "_read", readToTheEnd)
    panel.ui.rescoreButton.click()

    until(lambda: not panel.state.isBusy or len(engine.calls) > before)
    assert len(engine.calls) == before
    assert panel.state is PanelState.CANCELLED


def test_an_analysis_asks_before_it_drops_an_edit(widget, engine, image, dialogs):
    panel = widget.panel
    image.SetName("Left <b>breast</b>")
    analyzed(panel, engine, image)
    assert dialogs.shown == []
    edited(widget)
    outlines = panel.parameters.segmentation

    dialogs.answer = False
    panel.ui.analyzeButton.click()
    assert not panel.state.isBusy
    assert "edited the outlines" in dialogs.shown[0]
    assert "Left &lt;b&gt;breast" in dialogs.shown[0], "a name is letters, no HTML"

    dialogs.answer = True
    asked(panel, engine).finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")
    assert outlines.GetScene() is None
    assert not panel.ui.editedLabel.visible


def test_an_edit_that_is_kept_needs_no_question(widget, engine, image, dialogs):
    panel = widget.panel
    analyzed(panel, engine, image)
    edited(widget)
    outlines = panel.parameters.segmentation
    panel.ui.keepFormerCheckBox.checked = True

    asked(panel, engine).finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")

    assert dialogs.shown == []
    assert outlines.GetScene() is not None


def test_each_image_says_it_of_its_own_outlines(scene, widget, engine):
    panel = widget.panel
    first, second = (addVolumeNode(scene, marked_frames()) for _ in range(2))
    analyzed(panel, engine, first)
    edited(widget)

    panel.parameters.inputVolume = second
    assert not panel.ui.editedLabel.visible
    panel.parameters.inputVolume = first
    looked(panel)

    assert panel.ui.editedLabel.visible


def test_it_is_said_of_an_edited_result_that_comes_back(scene, widget, engine, image):
    panel = widget.panel
    analyzed(panel, engine, image)
    edited(widget)
    former = panel.parameters.report
    panel.ui.keepFormerCheckBox.checked = True
    analyzed(panel, engine, image)
    assert not panel.ui.editedLabel.visible

    for name in ("segmentation", "heatMap", "table", "report"):
        scene.RemoveNode(getattr(panel.parameters, name))
    panel.blocks.refresh()
    looked(panel)

    assert panel.parameters.report is former
    assert panel.ui.editedLabel.visible


def test_a_report_that_changes_where_it_is_is_shown_as_it_is(widget, engine, image):
    panel = widget.panel
    analyzed(panel, engine, image)
    before, report = panel.ui.verdictLabel.text, panel.parameters.report
    text = report.GetText()

    report.SetText(text.replace('"label": "malignant"', '"label": "benign"'))

    assert (before, panel.ui.verdictLabel.text) == ("Malignant", "Benign")
    report.SetText(text)
    assert panel.ui.verdictLabel.text == "Malignant"


def test_outlines_are_compared_again_with_a_report_that_has_changed(widget, engine, image):
    panel = widget.panel
    analyzed(panel, engine, image)
    segmentation, report = panel.parameters.segmentation.GetSegmentation(), panel.parameters.report
    segmentation.RemoveSegment(segmentation.GetNthSegmentID(1))
    assert not panel.ui.editedLabel.visible

    report.SetText(f"{report.GetText()}\n")
    looked(panel)

    assert panel.ui.editedLabel.visible
