"""The block "Overlay" acts on the nodes of the result at once."""

from __future__ import annotations

import pytest

from BreastUSAILib.gui.sections.overlay_section import OverlaySection
from BreastUSAILib.gui.widgets.shortcuts import KEYS
from BreastUSAILib.scene.results.report_node import addToReport
from Testing.gui.panel_file import add_result


@pytest.fixture
def nodes(parameters):
    return add_result(parameters)


@pytest.fixture
def section(ui, parameters, nodes):
    addToReport(nodes.report, "explanation", {"method": "Grad-CAM", "class": "malignant", "layer": "last"})
    return OverlaySection(ui, parameters)


@pytest.fixture
def view(host):
    return host.scene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode")


def change(section, parameters, **values):
    """What the panel does: a parameter changes, then every block follows."""
    for name, value in values.items():
        setattr(parameters, name, value)
    section.refresh()


def test_without_a_result_the_controls_are_off_but_the_next_heat_map_can_be_chosen(ui, parameters):
    OverlaySection(ui, parameters)

    for control in (ui.showOverlaysCheckBox, ui.heatMapOpacitySlider, ui.showOutlineCheckBox, ui.showFillCheckBox):
        assert not control.enabled
    assert ui.explainMethodComboBox.enabled
    assert ui.explainHintLabel.text == "Method and class are used by the next analysis."
    assert ui.analyzeAgainButton.isHidden()


def test_without_parameters_nothing_can_be_chosen(ui):
    OverlaySection(ui)

    assert not ui.explainMethodComboBox.enabled
    assert not ui.showOverlaysCheckBox.enabled


def test_the_opacity_reaches_the_slice_views(section, parameters, view):
    change(section, parameters, heatMapOpacity=0.75)

    assert view.GetForegroundOpacity() == pytest.approx(0.75)


def test_outline_and_fill_are_switched_one_by_one(section, parameters, nodes):
    display = nodes.segmentation.GetDisplayNode()

    change(section, parameters, showOutline=False, showFill=True)
    assert (display.GetVisibility2DOutline(), display.GetVisibility2DFill()) == (0, 1)
    change(section, parameters, showOutline=True, showFill=False)
    assert (display.GetVisibility2DOutline(), display.GetVisibility2DFill()) == (1, 0)


def test_the_one_toggle_takes_everything_off_and_brings_it_back_as_it_was(section, parameters, nodes, view):
    change(section, parameters, heatMapOpacity=0.6, showFill=True)
    display = nodes.segmentation.GetDisplayNode()

    section.toggle()
    section.refresh()
    assert view.GetForegroundVolumeID() is None
    assert not display.GetVisibility()

    section.toggle()
    section.refresh()
    assert view.GetForegroundVolumeID() == nodes.heatMap.GetID()
    assert display.GetVisibility()
    assert view.GetForegroundOpacity() == pytest.approx(0.6)
    assert display.GetVisibility2DFill()


def test_a_change_while_all_is_off_waits_until_it_is_on(section, parameters, nodes, view):
    change(section, parameters, showOverlays=False)
    change(section, parameters, heatMapOpacity=0.9)
    assert view.GetForegroundVolumeID() is None

    change(section, parameters, showOverlays=True)
    assert view.GetForegroundOpacity() == pytest.approx(0.9)


def test_what_a_reader_sets_elsewhere_stays_while_nothing_is_changed_here(section, parameters, nodes):
    nodes.segmentation.GetDisplayNode().SetVisibility2DOutline(False)
    change(section, parameters, prevalence=5.0)

    assert not nodes.segmentation.GetDisplayNode().GetVisibility2DOutline()


def test_a_deleted_heat_map_leaves_the_outlines_to_switch(section, parameters, nodes, host):
    host.scene.RemoveNode(nodes.heatMap)
    change(section, parameters, showOutline=False)

    assert not nodes.segmentation.GetDisplayNode().GetVisibility2DOutline()


def test_a_new_result_is_shown_as_the_controls_stand(section, parameters):
    change(section, parameters, showFill=True)
    later = add_result(parameters)
    section.refresh()

    assert later.segmentation.GetDisplayNode().GetVisibility2DFill()


def test_the_hint_names_what_the_heat_map_shows(ui, section):
    assert ui.explainHintLabel.text == "The heat map shown is Grad-CAM for malignant."
    assert ui.analyzeAgainButton.isHidden()


@pytest.mark.parametrize(
    ("box", "words", "name", "value"),
    [
        ("explainMethodComboBox", "Saliency", "explainMethod", "saliency"),
        ("explainClassComboBox", "Benign", "explainClass", "benign"),
    ],
)
def test_another_method_or_class_is_for_the_next_analysis_and_offers_one(
    ui, section, parameters, box, words, name, value
):
    asked = []
    section.onAnalyzeAgain = lambda: asked.append(getattr(parameters, name))
    combo = getattr(ui, box)

    combo.currentIndex = combo.findText(words)

    assert getattr(parameters, name) == value
    assert "used by the next analysis" in ui.explainHintLabel.text
    assert not ui.analyzeAgainButton.isHidden()
    ui.analyzeAgainButton.click()
    assert asked == [value]


def test_a_method_that_this_version_does_not_know_is_named_and_said_to_be_unknown(ui, section, parameters, nodes):
    addToReport(nodes.report, "explanation", {"method": "Layer relevance", "class": "malignant", "layer": "input"})
    section.refresh()

    assert ui.explainHintLabel.text == (
        "The heat map shown is Layer relevance for malignant. "
        "This version of BreastUSAI cannot make one by that method. Your choice is used by the next analysis."
    )
    assert not ui.analyzeAgainButton.isHidden()


def test_the_boxes_show_what_the_parameters_hold(ui, section, parameters):
    change(section, parameters, explainMethod="saliency", explainClass="normal")

    assert (ui.explainMethodComboBox.currentText, ui.explainClassComboBox.currentText) == ("Saliency", "Normal")


def test_the_key_of_the_toggle_is_in_its_tooltip(ui, section):
    assert KEYS["toggleOverlays"] in ui.showOverlaysCheckBox.toolTip
