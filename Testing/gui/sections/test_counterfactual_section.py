"""What the likelihood depends on, asked and shown in the panel."""

from __future__ import annotations

import numpy as np
import pytest

from BreastUSAILib.engine.findings.counterfactual.counterfactuals import Change, Counterfactual, Counterfactuals, WhyNot
from BreastUSAILib.gui.running.runner import PanelState
from BreastUSAILib.gui.sections.counterfactual_section import CounterfactualSection
from BreastUSAILib.scene.images.volume_node import addVolumeNode
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
    ),
)


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


def test_the_changes_are_a_small_table(section, ui):
    asked = []
    section.onCheck = lambda: asked.append(1)
    ui.counterfactualsButton.click()
    section.showFound(FOUND)
    assert asked == [1]
    text = ui.counterfactualsLabel.text
    for words in ("Likelihood 0.42", "Calipers and text painted out", "+0.21", "-0.40", "were not edited."):
        assert words in text


def test_they_go_with_the_result_that_they_are_about(section, ui, parameters):
    ui.counterfactualsButton.click()
    section.showFound(FOUND)
    addToReport(parameters.report, "lesion_names", {"1": "Cyst"})
    section.refresh()
    assert ui.counterfactualsLabel.text == ""


def test_what_was_asked_of_another_result_is_not_shown(section, ui, parameters):
    ui.counterfactualsButton.click()
    addToReport(parameters.report, "lesion_names", {"1": "Cyst"})
    section.showFound(FOUND)
    assert ui.counterfactualsLabel.text == ""


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
    assert "+0.21" in panel.ui.counterfactualsLabel.text
    assert panel.state is PanelState.DONE
