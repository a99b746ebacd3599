"""Every state of the panel: what the button says, what the words say, and what is in the scene."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.client.installing.install_failure import InstallError, declined
from BreastUSAILib.client.process.engine_process import EngineError
from BreastUSAILib.engine.errors import InputError, ModelError
from BreastUSAILib.engine.findings.analysis import Label, Verdict
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from Testing.client.events import until
from Testing.host.views.slice_views import outlines_in
from Testing.scene.analyses import analysis_of, marked_frames


@pytest.fixture
def volume(scene):
    return addVolumeNode(scene, marked_frames())


def started(panel, engine):
    """Press the button and let the engine be asked; returns what it was asked."""
    before = len(engine.calls)
    panel.ui.analyzeButton.click()
    until(lambda: len(engine.calls) > before or not panel.state.isBusy, "the question to the engine")
    return engine.calls[-1]


def finished(panel, engine):
    """A whole analysis."""
    started(panel, engine).finish()
    until(lambda: not panel.state.isBusy, "the end of the analysis")


def rescoring(panel, engine):
    """Press Re-score and let the engine be asked; returns what it was asked."""
    before = len(engine.calls)
    panel.ui.rescoreButton.click()
    until(lambda: len(engine.calls) > before or not panel.state.isBusy, "the question to the engine")
    return engine.calls[-1]


def test_idle_without_an_image_says_why(panel):
    assert panel.state is PanelState.IDLE
    assert not panel.ui.analyzeButton.enabled
    assert "Choose an ultrasound image first" in panel.ui.analyzeButton.toolTip
    assert not panel.ui.messageFrame.visible


def test_idle_with_an_image_offers_to_analyze(volume, panel):
    assert panel.ui.inputVolumeSelector.currentNode() is volume
    assert panel.ui.analyzeButton.enabled
    assert panel.ui.analyzeButton.text == "Analyze"
    assert not panel.ui.progressBar.visible


def test_running_offers_to_cancel_and_counts_frames(volume, panel, engine):
    call = started(panel, engine)
    call.progress(3, 12, "Outlining lesions")

    assert panel.state is PanelState.RUNNING
    assert panel.ui.analyzeButton.text == "Cancel"
    assert panel.ui.analyzeButton.enabled
    assert (panel.ui.progressBar.value, panel.ui.progressBar.maximum) == (3, 12)
    assert panel.ui.progressLabel.text == "Outlining lesions"
    assert not panel.ui.rescoreButton.enabled
    assert not panel.ui.repairButton.enabled


def test_done_shows_the_verdict_beside_its_limits(volume, panel, engine):
    finished(panel, engine)

    assert panel.state is PanelState.DONE
    assert panel.ui.analyzeButton.text == "Analyze"
    assert panel.ui.verdictLabel.text == "Malignant"
    assert "70" in panel.ui.likelihoodLabel.text
    assert panel.ui.researchUseLabel.text == RESEARCH_USE
    assert panel.ui.lesionTable.rowCount == 2
    assert panel.parameters.segmentation.GetSegmentation().GetNumberOfSegments() == 2
    assert not panel.ui.messageFrame.visible


def test_a_rejected_image_gets_a_result_where_the_reader_asks_for_one(volume, panel, engine):
    call = started(panel, engine)
    assert not call.options.override_rejection
    call.finish(replace(analysis_of(call.frames), verdict=Verdict(Label.REJECTED)))
    until(lambda: not panel.state.isBusy, "the end of the analysis")
    before = len(engine.calls)

    panel.ui.overrideButton.click()
    until(lambda: len(engine.calls) > before, "the second question to the engine")

    assert engine.calls[-1].options.override_rejection
    engine.calls[-1].finish()
    until(lambda: not panel.state.isBusy, "the end of the second analysis")
    assert not started(panel, engine).options.override_rejection


def test_cancelled_leaves_the_scene_as_it_was(scene, volume, panel, engine):
    before = scene.GetNumberOfNodes()
    call = started(panel, engine)
    panel.ui.analyzeButton.click()
    until(lambda: not panel.state.isBusy, "the end")

    assert call.cancelled
    assert panel.state is PanelState.CANCELLED
    assert "cancelled" in panel.ui.messageLabel.text
    assert not panel.ui.messageIcon.visible
    assert scene.GetNumberOfNodes() == before
    assert panel.parameters.report is None


@pytest.mark.parametrize(
    "error",
    [
        InputError("the frame is blank", where="Breast", remedy="Scan again"),
        ModelError("the SHA-256 of model.pt is another one", remedy="Install the bundle again"),
        EngineError("the engine has died", remedy="Start the analysis again"),
    ],
)
def test_failed_says_so_in_one_sentence(scene, volume, panel, engine, dialogs, error):
    before = scene.GetNumberOfNodes()
    started(panel, engine).fail(error)
    until(lambda: not panel.state.isBusy, "the end")

    assert panel.state is PanelState.FAILED
    assert panel.ui.messageLabel.text.lower() == str(error).lower()
    assert panel.ui.messageIcon.visible
    assert panel.ui.logButton.visible
    assert panel.ui.analyzeButton.enabled
    assert scene.GetNumberOfNodes() == before
    assert dialogs.shown == []


def test_what_nobody_foresaw_is_said_and_not_raised(volume, panel, engine, dialogs, monkeypatch):
    monkeypatch.setattr(engine, "startAnalysis", lambda *_a, **_k: 1 / 0)

    panel.ui.analyzeButton.click()
    until(lambda: not panel.state.isBusy, "the end")

    assert panel.state is PanelState.FAILED
    assert panel.ui.messageLabel.text.startswith("Something unexpected happened. Show the log")
    assert dialogs.shown == []
    panel.ui.logButton.click()
    assert "ZeroDivisionError: division by zero" in panel._log.browser.plainText


def test_what_is_said_in_the_panel_is_not_in_the_applications_log_too(volume, panel, engine, caplog):
    failures = (
        InputError("the frame is blank", remedy="Scan again"),
        EngineError("the engine has died", remedy="Start again"),
        InstallError("network", "no network", remedy="Try again", log="Traceback of pip"),
    )
    for error in failures:
        started(panel, engine).fail(error)
        until(lambda: not panel.state.isBusy, "the end")
        assert panel.state is PanelState.FAILED

    assert caplog.records == []


def test_a_failure_is_forgotten_by_the_next_run(volume, panel, engine):
    started(panel, engine).fail(InputError("the frame is blank", remedy="Scan again"))
    until(lambda: not panel.state.isBusy, "the end")

    finished(panel, engine)

    assert panel.state is PanelState.DONE
    assert not panel.ui.messageFrame.visible


def test_the_log_holds_what_engine_and_installation_said(volume, panel, engine, installer):
    engine.logText, installer.logText = "models loaded on cpu", "Collecting torch"
    started(panel, engine).fail(EngineError("the engine has died", remedy="Start the analysis again"))
    until(lambda: not panel.state.isBusy, "the end")

    panel.ui.logButton.click()

    text = panel._log.browser.plainText
    assert "models loaded on cpu" in text
    assert "Collecting torch" in text


def test_packages_that_cannot_be_looked_for_are_said_and_not_raised(
    volume, panel, engine, installer, dialogs, monkeypatch
):
    monkeypatch.setattr(installer, "missing", lambda: 1 / 0)

    panel.ui.analyzeButton.click()

    assert panel.state is PanelState.FAILED
    assert panel.ui.messageLabel.text.startswith("Something unexpected happened")
    assert (engine.calls, dialogs.shown) == ([], [])


def test_the_first_analysis_installs_what_is_missing(volume, panel, engine, installer):
    installer.lacking = ["torch"]
    seen = {}
    installer.during = lambda: seen.update(
        state=panel.state, enabled=panel.ui.analyzeButton.enabled, words=panel.ui.progressLabel.text
    )

    started(panel, engine)

    assert installer.steps == ["install"]
    assert seen == {"state": PanelState.INSTALLING, "enabled": False, "words": "Collecting torch"}
    assert engine.stops == 1
    assert panel.state is PanelState.RUNNING


def test_a_declined_installation_starts_nothing(volume, panel, engine, installer):
    installer.lacking, installer.error = ["torch"], declined()

    panel.ui.analyzeButton.click()

    assert panel.state is PanelState.CANCELLED
    assert "declined" in panel.ui.messageLabel.text
    assert engine.calls == []
    assert panel.ui.analyzeButton.enabled


def test_a_failed_installation_says_which_cause_it_was(volume, panel, engine, installer):
    installer.lacking = ["torch"]
    installer.error = InstallError("disk", "the disk is full", remedy="Free up to 8 GB", log="No space left")

    panel.ui.analyzeButton.click()

    assert panel.state is PanelState.FAILED
    assert panel.ui.messageLabel.text == "The disk is full. Free up to 8 GB."
    assert panel.ui.logButton.visible
    assert engine.calls == []


@pytest.mark.parametrize(
    ("button", "step"), [("repairButton", "repair"), ("installFromFolderButton", "folder /wheels")]
)
def test_repair_and_folder_install_through_the_same_states(panel, installer, button, step, monkeypatch):
    from Testing.host.qt.qt_names import FileChoices

    monkeypatch.setattr(FileChoices, "path", "/wheels")

    getattr(panel.ui, button).click()

    assert installer.steps == [step]
    assert panel.state is PanelState.IDLE
    assert "installed" in panel.ui.messageLabel.text


@pytest.mark.parametrize("button", ["analyzeButton", "repairButton"])
def test_nothing_is_installed_while_the_engine_works_for_a_script(volume, panel, engine, installer, button):
    engine.isAnalyzing, installer.lacking = True, ["torch"]

    getattr(panel.ui, button).click()

    assert (installer.steps, engine.stops, engine.calls) == ([], 0, [])
    assert panel.state is PanelState.FAILED
    assert "for a script" in panel.ui.messageLabel.text
    engine.isAnalyzing = False
    panel.ui.repairButton.click()
    assert installer.steps == ["repair"]


def test_no_folder_chosen_installs_nothing(panel, installer):
    panel.ui.installFromFolderButton.click()

    assert installer.steps == []


def test_a_second_analysis_takes_the_place_of_the_first(scene, volume, panel, engine):
    assert not panel.ui.keepFormerCheckBox.visible
    finished(panel, engine)
    first, nodes = panel.parameters.segmentation, scene.GetNumberOfNodes()
    finished(panel, engine)

    assert panel.parameters.segmentation is not first
    assert not scene.IsNodePresent(first)
    assert scene.GetNumberOfNodes() == nodes
    assert panel.ui.verdictLabel.text == "Malignant"


def test_the_former_result_is_kept_out_of_sight_where_the_reader_asks_for_it(scene, volume, panel, engine):
    finished(panel, engine)
    first = panel.parameters.segmentation
    panel.ui.keepFormerCheckBox.checked = True
    finished(panel, engine)

    assert scene.IsNodePresent(first)
    assert first.GetName().endswith(" 1")
    assert outlines_in(scene) == [panel.parameters.segmentation]
    panel.blocks.overlay.toggle()
    assert outlines_in(scene) == []


@pytest.mark.parametrize("kind", [InputKind.STILL, InputKind.VOLUME])
def test_what_was_chosen_reaches_the_engine(scene, kind, engine, panel):
    addVolumeNode(scene, marked_frames(kind, count=1 if kind is InputKind.STILL else 9))
    panel.enter()
    panel.parameters.inputVolume = scene.GetFirstNodeByName("Breast")
    panel.ui.prevalenceSpinBox.value = 4.0
    panel.ui.framesComboBox.currentIndex = 2
    panel.ui.everyNthSpinBox.value = 3
    panel.parameters.explainClass = "benign"
    panel.parameters.explainMethod = "saliency"
    panel.parameters.classifier = "classifier_added"
    panel.parameters.device = "cpu"

    options = started(panel, engine).options

    assert options.prevalence == pytest.approx(0.04)
    assert options.explain_class.value == "benign"
    assert options.explain_method == "saliency"
    assert options.frames.step == (1 if kind is InputKind.STILL else 3)
    assert engine.models.classifier == "classifier_added"
    assert engine.models.device == "cpu"


def test_the_frame_that_is_shown_is_analyzed_alone(scene, engine, panel):
    volume = addVolumeNode(scene, marked_frames(InputKind.VOLUME, count=9))
    panel.parameters.inputVolume = volume
    panel.ui.framesComboBox.currentIndex = 1

    options = started(panel, engine).options

    assert options.frames.first == options.frames.last


def test_what_nobody_foresaw_after_re_scoring_is_said_and_the_panel_goes_on(
    volume, panel, engine, dialogs, monkeypatch
):
    finished(panel, engine)
    monkeypatch.setattr("BreastUSAILib.client.jobs.rescore_job.showRescoredInSteps", lambda *_nodes: {}["of no use"])

    rescoring(panel, engine).finish()
    until(lambda: not panel.state.isBusy, "the end of the re-scoring")

    assert panel.state is PanelState.FAILED
    assert "unexpected" in panel.ui.messageLabel.text
    assert panel.ui.analyzeButton.enabled
    assert dialogs.shown == []


def test_outlines_of_a_rejected_result_are_scored_at_the_prevalence_that_was_asked_for(volume, panel, engine):
    panel.parameters.prevalence = 2.0
    call = started(panel, engine)
    assert call.options.prevalence == 0.02
    call.finish(replace(analysis_of(call.frames), verdict=Verdict(Label.REJECTED), prevalence=call.options.prevalence))
    until(lambda: not panel.state.isBusy, "the end of the analysis")

    panel.parameters.prevalence = 5.0  # for the next analysis

    assert rescoring(panel, engine).options.prevalence == 0.02
