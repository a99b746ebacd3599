"""The block "Compare": what can be chosen, and what is said of the changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BreastUSAILib.gui.exams.compare_section import CompareSection
from BreastUSAILib.report.json_file import write_json
from BreastUSAILib.scene.images.volume_node import addVolumeNode
from BreastUSAILib.scene.mrml.result_links import resultOf, setHidden
from Testing.gui.panel_file import add_result
from Testing.report.samples import analysis_of, frames_of
from Testing.scene.analyses import marked_frames


@pytest.fixture
def stored(tmp_path):
    """A result in a file, whose lesion is half as long as that of the scene's results."""
    analysis = analysis_of(frames_of(spacing=(0.1, 0.1)))
    folder = tmp_path / "march"
    folder.mkdir()
    write_json(replace(analysis, lesions=analysis.lesions[:1]), folder / "analysis.json")
    return folder / "analysis.json"


@pytest.fixture
def section(ui, parameters, stored):
    add_result(parameters)
    section = CompareSection(ui, lambda: str(stored))
    section.refresh(parameters)
    yield section
    section.cleanup()


def choices(ui) -> list[str]:
    return [ui.compareWithComboBox.itemText(place) for place in range(ui.compareWithComboBox.count)]


def test_without_a_result_the_button_says_why(ui, parameters):
    CompareSection(ui).refresh(parameters)
    assert not ui.compareFileButton.enabled
    assert "analyze an image first" in ui.compareFileButton.toolTip


def test_a_result_from_a_file_is_set_beside_the_one_shown(section, ui):
    ui.compareFileButton.click()
    assert choices(ui) == ["Choose a result", "march/analysis.json"]
    said = ui.compareLabel.text
    assert "lesion 1 before is lesion 1 after (suggested)" in said
    for words in ("longest axis", "likelihood of malignancy", "Research use only"):
        assert words in said


def test_two_views_are_put_together(section, ui):
    ui.compareFileButton.click()
    ui.compareKindComboBox.currentIndex = 1
    assert "both views together: likelihood" in ui.compareLabel.text
    assert "within" not in ui.compareLabel.text


def test_pairs_are_taken_as_written_and_wrong_ones_are_named(section, ui):
    ui.compareFileButton.click()
    ui.comparePairsLineEdit.text = "1:1"
    ui.comparePairsLineEdit.editingFinished.emit()
    assert "suggested" not in ui.compareLabel.text
    ui.comparePairsLineEdit.text = "7:1"
    ui.comparePairsLineEdit.editingFinished.emit()
    assert "first result has no lesion 7" in ui.compareLabel.text
    ui.comparePairsLineEdit.text = "one"
    ui.comparePairsLineEdit.editingFinished.emit()
    assert "is not two numbers" in ui.compareLabel.text


def test_what_is_no_result_is_said(ui, parameters, tmp_path):
    add_result(parameters)
    other = tmp_path / "other.json"
    other.write_text("{")
    section = CompareSection(ui, lambda: str(other))
    section.refresh(parameters)
    ui.compareFileButton.click()
    assert "no result of BreastUSAI" in ui.compareLabel.text
    assert choices(ui) == ["Choose a result"]


def test_other_images_of_the_scene_are_offered_unless_their_result_must_not_be_seen(ui, parameters, scene):
    add_result(parameters)
    first = parameters.inputVolume
    parameters.inputVolume = addVolumeNode(scene, marked_frames())
    add_result(parameters)
    section = CompareSection(ui)
    section.refresh(parameters)
    assert choices(ui) == ["Choose a result", first.GetName()]
    ui.compareWithComboBox.currentIndex = 1
    assert "lesion 1 before" in ui.compareLabel.text

    setHidden(resultOf(first), True)
    section.refresh(parameters)
    assert choices(ui) == ["Choose a result"]
    assert ui.compareLabel.text == ""


def test_a_result_that_must_not_be_seen_is_not_compared(section, ui):
    ui.compareFileButton.click()
    section.refresh(None)
    assert ui.compareLabel.text == ""
