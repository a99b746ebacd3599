"""The panel with the engine's own process, from the click to the verdict."""

from __future__ import annotations

import pytest
import slicer

from BreastUSAILib.client.process.engine_process import EngineProcess
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.scene.images.samples import addSample
from Testing.client.events import until

pytestmark = pytest.mark.slow


@pytest.fixture
def engine():
    process = EngineProcess()
    yield process
    process.stop()


def test_a_phantom_from_click_to_verdict_and_what_goes_on_from_there(host, engine, module, request):
    addSample("still_malignant_calibrated.dcm")
    panel = request.getfixturevalue("panel")

    panel.ui.analyzeButton.click()
    assert panel.state is PanelState.RUNNING
    until(lambda: not panel.state.isBusy, "the analysis")

    assert panel.state is PanelState.DONE, panel.ui.messageLabel.text + engine.logText
    assert panel.ui.verdictLabel.text
    assert panel.ui.lesionTable.rowCount >= 1
    assert "cpu" in panel.ui.deviceUsedLabel.text or engine.deviceUsed != "cpu"

    panel.ui.rescoreButton.click()
    until(lambda: not panel.state.isBusy, "the re-scoring")
    assert panel.state is PanelState.DONE, panel.ui.messageLabel.text + engine.logText
    assert panel.blocks.result.report.analysis.lesions[0].malignancy is not None

    panel.ui.modelsSection.collapsed = False
    until(lambda: panel.models.list.models is not None, "the list of models")
    assert panel.ui.modelsList.count >= 2
    panel.ui.modelCardButton.click()
    until(lambda: panel.models.list._window.dialog is not None, "the model card")
    panel.ui.verifyModelButton.click()
    until(lambda: "intact" in panel.ui.modelsMessageLabel.text, "the check")

    panel.ui.analyzeButton.click()
    until(lambda: engine.state == "busy")
    panel.ui.analyzeButton.click()
    until(lambda: not panel.state.isBusy, "the end of the cancelled analysis")
    assert panel.state in (PanelState.CANCELLED, PanelState.DONE)
    assert slicer.mrmlScene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") <= 2
