"""The block "Models": asked for when it is opened, and every answer in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import ModelError
from Testing.client.fake_engine import ADDED, DAMAGED, OUTLINES, SHIPPED
from Testing.host.qt.qt_names import FileChoices, QDesktopServices


@pytest.fixture
def opened(panel, engine):
    """The block, opened, with four models listed."""
    panel.ui.modelsSection.collapsed = False
    engine.requests[-1].finish({"models": [SHIPPED, ADDED, OUTLINES, DAMAGED]})
    return panel


def select(panel, row):
    panel.ui.modelsList.currentRow = row


def listed(panel):
    return [panel.ui.modelsList.item(row).text() for row in range(panel.ui.modelsList.count)]


def offered(box):
    return [box.itemText(index) for index in range(box.count)]


def test_nothing_is_started_while_the_block_is_closed(panel, engine):
    assert engine.requests == []
    assert engine.calls == []


def test_opening_the_block_lists_the_models_once(opened, engine):
    opened.ui.modelsSection.collapsed = True
    opened.ui.modelsSection.collapsed = False

    assert [request.method for request in engine.requests] == ["models.list"]
    assert listed(opened) == [
        "Classification: classifier_shipped 1.0.0 (shipped)",
        "Classification: classifier_added 2.1.0 (added)",
        "Outlines: outlines_added 1.0.0 (added)",
        "damaged: damaged",
    ]


def test_added_models_are_offered_for_their_task(opened):
    assert offered(opened.ui.classifierComboBox) == ["The one that is shipped", "classifier_added 2.1.0"]
    assert offered(opened.ui.segmenterComboBox) == ["The one that is shipped", "outlines_added 1.0.0"]

    opened.ui.classifierComboBox.currentIndex = 1

    assert opened.parameters.classifier == "classifier_added"


def test_a_chosen_model_that_is_gone_says_so(opened):
    opened.parameters.segmenter = "gone"

    assert opened.ui.segmenterComboBox.currentText == "gone (not usable)"


def test_the_model_card_is_shown_in_a_window(opened, engine):
    select(opened, 1)
    opened.ui.modelCardButton.click()
    assert (engine.requests[-1].method, engine.requests[-1].params) == ("models.card", {"name": "classifier_added"})

    engine.requests[-1].finish({"name": "classifier_added", "path": "", "text": "# Card\n\nTrained on phantoms."})

    window = opened.models.list._window
    assert window.dialog.visible
    assert "Trained on phantoms." in window.browser.plainText
    assert "classifier_added" in window.dialog.windowTitle


def test_an_intact_model_and_a_damaged_one(opened, engine):
    opened.ui.verifyModelButton.click()
    engine.requests[-1].finish(SHIPPED)
    assert "classifier_shipped is intact" in opened.ui.modelsMessageLabel.text

    select(opened, 3)
    opened.ui.verifyModelButton.click()
    engine.requests[-1].fail(ModelError("the SHA-256 of model.pt is another one", remedy="Install it again"))
    assert opened.ui.modelsMessageLabel.text == "The SHA-256 of model.pt is another one. Install it again."


def test_a_file_is_added_and_listed(opened, engine, monkeypatch):
    monkeypatch.setattr(FileChoices, "path", "/downloads/new.zip")
    opened.ui.addModelButton.click()
    assert (engine.requests[-1].method, engine.requests[-1].params) == ("models.add", {"source": "/downloads/new.zip"})
    assert "new.zip" in opened.ui.modelsMessageLabel.text

    engine.requests[-1].finish({**ADDED, "name": "new"})
    assert engine.requests[-1].method == "models.list"
    engine.requests[-1].finish({"models": [SHIPPED, {**ADDED, "name": "new"}]})

    assert "new was added" in opened.ui.modelsMessageLabel.text
    assert "new 2.1.0" in listed(opened)[1]


def test_no_file_chosen_asks_nothing(opened, engine):
    opened.ui.addModelButton.click()

    assert engine.requests[-1].method == "models.list"


def test_only_added_models_can_be_deleted(opened):
    select(opened, 0)
    assert not opened.ui.removeModelButton.enabled
    assert "came with BreastUSAI" in opened.ui.removeModelButton.toolTip

    select(opened, 1)
    assert opened.ui.removeModelButton.enabled


@pytest.mark.parametrize("answer", [True, False])
def test_deleting_asks_first(opened, engine, dialogs, answer):
    dialogs.answer = answer
    select(opened, 1)
    opened.ui.removeModelButton.click()

    assert "classifier_added" in dialogs.shown[0]
    assert (engine.requests[-1].method == "models.remove") is answer


def test_the_folder_of_added_models_is_opened(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("BREASTUSAI_MODELS", str(tmp_path / "added"))
    opened.ui.openModelFolderButton.click()

    assert (tmp_path / "added").is_dir()
    assert [Path(url.removeprefix("file://")) for url in QDesktopServices.opened] == [tmp_path / "added"]


def test_missing_models_are_said(panel, engine):
    panel.ui.modelsSection.collapsed = False
    engine.requests[-1].finish({"models": []})

    assert "no model" in panel.ui.modelsMessageLabel.text
    assert not panel.ui.modelCardButton.enabled
    assert "Select a model" in panel.ui.modelCardButton.toolTip


def test_the_processor_that_was_used_is_told(opened, engine):
    assert not opened.ui.deviceUsedLabel.visible

    opened.ui.deviceComboBox.currentIndex = 1
    engine.deviceUsed = "cpu"
    opened.models.refresh()

    assert opened.parameters.device == "cpu"
    assert opened.ui.deviceUsedLabel.text == "The last analysis ran on cpu."


def test_missing_packages_are_told_when_the_block_is_opened(panel, installer):
    installer.lacking = ["torch", "monai"]
    panel.ui.modelsSection.collapsed = False

    assert "torch, monai" in panel.ui.packagesLabel.text


def test_an_answer_after_the_panel_has_gone_touches_nothing(opened, engine):
    opened.ui.reloadModelsButton.click()
    asked, before = engine.requests[-1], opened.ui.modelsMessageLabel.text
    assert before

    opened.models.cleanup()
    asked.finish({"models": []})

    assert opened.ui.modelsMessageLabel.text == before
    assert len(opened.models.list.models) == 4
