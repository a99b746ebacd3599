"""Reader-first: the assessment comes before the result, is kept with its time, and cannot be changed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from BreastUSAILib.gui.sections.reader_section import ReaderSection
from BreastUSAILib.scene.results.report_node import READER_KEY, readReport
from Testing.gui.panel_file import add_result

NOW = datetime(2026, 3, 4, 15, 16, 17, tzinfo=timezone(timedelta(hours=1)))
AT = "2026-03-04T15:16:17+01:00"


@pytest.fixture
def shown():
    return []


@pytest.fixture
def section(ui, parameters, shown):
    parameters.readerFirst = True
    return ReaderSection(ui, parameters, lambda: shown.append(True), now=lambda: NOW)


@pytest.fixture
def nodes(section, parameters):
    nodes = add_result(parameters)
    section.refresh()
    return nodes


def enter(ui, category="4A: low suspicion", comment="irregular"):
    ui.biradsComboBox.currentIndex = ui.biradsComboBox.findText(category)
    ui.readerCommentEdit.plainText = comment
    ui.commitAssessmentButton.click()


def table_text(table):
    columns = range(table.GetNumberOfColumns())
    return " ".join(table.GetCellText(row, column) for row in range(table.GetNumberOfRows()) for column in columns)


def test_without_the_mode_nothing_waits_and_nothing_is_asked(ui, section, nodes, parameters):
    parameters.readerFirst = False
    section.refresh()

    assert not section.isWaiting
    assert ui.readerForm.isHidden()


def test_the_mode_makes_results_wait(ui, section, nodes):
    assert section.isWaiting
    assert not ui.readerForm.isHidden()
    assert "stays hidden" in ui.readerStateLabel.text


def test_without_parameters_nothing_waits(ui):
    section = ReaderSection(ui, None, lambda: None)

    assert not section.isWaiting
    assert ui.readerForm.isHidden()


def test_every_birads_category_can_be_chosen(ui, section):
    offered = [ui.biradsComboBox.itemText(index).split(":")[0] for index in range(ui.biradsComboBox.count)]

    assert offered == ["choose a category", "0", "1", "2", "3", "4A", "4B", "4C", "5", "6"]


def test_the_button_waits_for_a_result_and_then_for_a_category_and_says_so(ui, section, parameters):
    assert not ui.commitAssessmentButton.enabled
    assert "no result of this image yet" in ui.commitAssessmentButton.toolTip

    add_result(parameters)
    section.refresh()
    assert not ui.commitAssessmentButton.enabled
    assert ui.commitAssessmentButton.toolTip == "Choose a BI-RADS category first."

    ui.biradsComboBox.currentIndex = 3
    assert ui.commitAssessmentButton.enabled


def test_what_was_entered_is_kept_with_its_time_everywhere(ui, section, nodes, parameters, shown):
    enter(ui)

    assert (parameters.readerBirads, parameters.readerComment, parameters.readerAt) == ("4A", "irregular", AT)
    assert readReport(nodes.report)[READER_KEY] == {"birads": "4A", "comment": "irregular", "at": AT}
    for text in ("4A", "irregular", AT):
        assert text in table_text(nodes.table)
    assert shown == [True]
    assert not section.isWaiting


def test_what_was_entered_can_be_read_and_not_changed(ui, section, nodes):
    enter(ui)

    for control in (ui.biradsComboBox, ui.readerCommentEdit, ui.commitAssessmentButton):
        assert control.isHidden()
    assert "BI-RADS 4A: low suspicion" in ui.readerStateLabel.text
    assert "irregular" in ui.readerStateLabel.text
    assert "2026-03-04 15:16:17" in ui.readerStateLabel.text
    assert "cannot be changed" in ui.readerStateLabel.text


def test_typing_a_comment_keeps_the_cursor(ui, section, nodes):
    ui.readerCommentEdit.setFocus()
    for letter in "mass":
        ui.readerCommentEdit.insertPlainText(letter)
        section.refresh()

    assert ui.readerCommentEdit.plainText == "mass"


def test_a_comment_alone_is_not_an_assessment(ui, section, nodes):
    ui.readerCommentEdit.plainText = "looks benign"

    assert not ui.commitAssessmentButton.enabled


def test_once_the_result_was_seen_no_assessment_can_come_first(ui, section, nodes, parameters):
    parameters.readerFirst = False
    section.resultShown()
    parameters.readerFirst = True
    section.refresh()

    assert not section.isWaiting
    assert ui.commitAssessmentButton.isHidden()
    assert "already shown" in ui.readerStateLabel.text


def test_the_next_image_starts_hidden_and_empty(ui, section, nodes, parameters):
    enter(ui)
    section.resultShown()
    add_result(parameters)
    section.refresh()

    assert section.isWaiting
    assert (parameters.readerBirads, parameters.readerComment, parameters.readerAt) == ("", "", "")
    assert ui.biradsComboBox.currentIndex == 0
    assert ui.readerCommentEdit.plainText == ""


def test_a_draft_is_not_carried_over_to_another_image(ui, section, nodes, parameters):
    ui.biradsComboBox.currentIndex = 5
    ui.readerCommentEdit.plainText = "of the first image"
    add_result(parameters)
    section.refresh()

    assert parameters.readerComment == ""
    assert parameters.readerBirads == ""


def test_back_at_an_image_its_assessment_is_there_again(ui, section, nodes, parameters):
    enter(ui)
    section.resultShown()
    add_result(parameters)
    section.refresh()

    parameters.inputVolume = nodes.volume
    section.refresh()

    assert (parameters.readerBirads, parameters.readerComment, parameters.readerAt) == ("4A", "irregular", AT)
    assert not section.isWaiting


def test_back_at_an_image_that_was_seen_it_is_not_hidden_again(section, nodes, parameters):
    section.resultShown()
    add_result(parameters)
    section.refresh()
    parameters.inputVolume = nodes.volume
    section.refresh()

    assert not section.isWaiting


def test_a_further_analysis_of_the_image_keeps_the_assessment(ui, section, nodes, parameters, host):
    enter(ui)
    again = add_result(parameters)
    again.report.SetNodeReferenceID("BreastUSAI.volume", nodes.volume.GetID())
    parameters.inputVolume = nodes.volume

    section.resultArrived()

    assert readReport(again.report)[READER_KEY]["birads"] == "4A"
    assert "4A" in table_text(again.table)


def test_the_frames_as_slices_are_the_same_image(ui, section, nodes, parameters):
    ui.biradsComboBox.currentIndex = 5
    stacked = add_result(parameters).volume
    parameters.inputVolume = nodes.volume
    section.refresh()
    ui.biradsComboBox.currentIndex = 5

    section.follow(stacked)
    parameters.inputVolume = stacked
    section.refresh()

    assert parameters.readerBirads == "4A"


def test_an_image_that_was_seen_is_seen_as_slices_too(section, nodes, parameters):
    section.resultShown()
    stacked = add_result(parameters).volume
    parameters.inputVolume = nodes.volume
    section.follow(stacked)
    parameters.inputVolume = stacked
    section.refresh()

    assert not section.isWaiting


def test_an_assessment_that_cannot_be_kept_is_not_taken_for_entered(ui, section, nodes, parameters, shown):
    nodes.report.SetText("no report")
    enter(ui)

    assert parameters.readerAt == ""
    assert shown == []
    assert section.isWaiting
    assert "not a report of BreastUSAI" in ui.readerStateLabel.text


def test_a_table_that_was_deleted_does_not_stop_the_assessment(ui, section, nodes, parameters, host):
    host.scene.RemoveNode(nodes.table)
    enter(ui)

    assert readReport(nodes.report)[READER_KEY]["at"] == AT


def test_a_saved_and_reopened_scene_remembers_what_was_seen_and_entered(ui, section, nodes, parameters, tmp_path):
    enter(ui)
    section.resultShown()
    scene = parameters.parameterNode.GetScene()
    scene.SetURL(str(tmp_path / "scene.mrml"))
    scene.Commit()

    text = (tmp_path / "scene.mrml").read_text(encoding="utf-8")
    assert "readerSeenImage" in text
    assert AT in text
