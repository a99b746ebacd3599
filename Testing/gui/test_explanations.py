"""Further explanations are chosen, made and shown in the panel, without analyzing the image again."""

from __future__ import annotations

import pytest

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.registry import METHODS
from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.options import ExplainOptions
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.result_links import explanationNodes
from BreastUSAILib.scene.results.report_node import addToReport
from Testing.client.events import until
from Testing.scene.analyses import marked_frames
from Testing.scene.explanations import made_by_hand


@pytest.fixture
def still(scene):
    return addVolumeNode(scene, marked_frames())


@pytest.fixture
def cine(scene):
    return addCine(scene, marked_frames(InputKind.CINE, count=3))[1]


def pressed(panel, engine, button):
    before = len(engine.calls)
    getattr(panel.ui, button).click()
    until(lambda: len(engine.calls) > before, "the question to the engine")
    return engine.calls[-1]


def analyzed(panel, engine, image):
    panel.parameters.inputVolume = image
    pressed(panel, engine, "analyzeButton").finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")


def boxes(panel):
    return panel.blocks.overlay.explanations._boxes


def explained(panel, engine, *options):
    for option, box in boxes(panel).items():
        box.setChecked(option in options)
    call = pressed(panel, engine, "explainButton")
    call.finish(made_by_hand(*options))
    until(lambda: not panel.state.isBusy, "the end of the explanation")
    return call


def foreground(scene):
    return scene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode").GetForegroundVolumeID()


def test_every_method_can_be_checked_and_says_what_it_means_and_costs(widget):
    panel = widget.panel

    assert list(boxes(panel)) == [method.option for method in METHODS]
    for method in METHODS:
        assert method.about in boxes(panel)[method.option].toolTip
        assert "times as long" in boxes(panel)[method.option].toolTip


def test_the_button_says_why_there_is_nothing_to_explain(widget, engine, still):
    panel = widget.panel
    assert not panel.ui.explainButton.enabled
    assert "Analyze the image first" in panel.ui.explainButton.toolTip

    analyzed(panel, engine, still)
    assert "Check at least one" in panel.ui.explainButton.toolTip
    boxes(panel)["occlusion"].setChecked(True)
    assert panel.ui.explainButton.enabled

    addToReport(
        panel.parameters.report,
        "verdict",
        {"label": "rejected", "probabilities": None, "malignancy": None, "key_frame": None},
    )
    panel.blocks.refresh()
    assert not panel.ui.explainButton.enabled


def test_what_is_checked_is_made_and_shown_and_nothing_is_analyzed_again(widget, engine, scene, still):
    panel = widget.panel
    analyzed(panel, engine, still)
    heat_map = panel.parameters.heatMap
    panel.parameters.explainClass = "benign"
    call = explained(panel, engine, "occlusion", "attention-gates")

    assert call.options == ExplainOptions(("occlusion", "attention-gates"), (0, 0, 64, 48), Label.BENIGN)
    assert call.masks[0].max() == 2
    nodes = explanationNodes(panel.parameters.report)
    assert set(nodes) == {"occlusion", "attention-gates"}
    assert panel.parameters.heatMap is nodes["occlusion"]
    assert foreground(scene) == nodes["occlusion"].GetID()
    assert panel.ui.shownMapComboBox.count == 3

    panel.ui.shownMapComboBox.setProperty("currentIndex", 0)
    assert panel.parameters.heatMap is heat_map
    assert foreground(scene) == heat_map.GetID()
    panel.blocks.overlay.toggle()
    assert foreground(scene) is None


def test_it_can_be_cancelled_and_a_failure_is_said_with_nothing_lost(widget, engine, still):
    panel = widget.panel
    analyzed(panel, engine, still)
    text = panel.parameters.report.GetText()
    boxes(panel)["kernel-shap"].setChecked(True)
    call = pressed(panel, engine, "explainButton")
    call.progress(5, 384, "KernelShap, frame 1 of 1")
    assert "KernelShap" in panel.ui.progressLabel.text
    panel.ui.analyzeButton.click()
    assert call.cancelled
    assert panel.state is PanelState.CANCELLED

    pressed(panel, engine, "explainButton").fail(OptionError("no lesion is outlined", remedy="Outline it"))
    assert panel.state is PanelState.FAILED
    assert "Outline it" in panel.ui.messageLabel.text
    assert panel.parameters.report.GetText() == text


def test_of_a_cine_the_frame_shown_or_all(widget, engine, cine):
    panel = widget.panel
    analyzed(panel, engine, cine)
    panel.blocks.result.onFrameChosen(1)
    assert list(explained(panel, engine, "occlusion").masks) == [1]
    panel.parameters.explainAllFrames = True
    assert sorted(explained(panel, engine, "occlusion").masks) == [0, 1, 2]
