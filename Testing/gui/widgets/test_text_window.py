"""A window with a text can be closed by its own button and shows the next text in the same window."""

from __future__ import annotations

import pytest
import qt

from BreastUSAILib.gui.widgets.text_window import TextWindow


@pytest.fixture
def window(application):
    window = TextWindow(None)
    window.show("Log", "one line")
    yield window
    window.close()


def test_its_button_closes_it(window):
    (buttons,) = window.dialog.findChildren(qt.QDialogButtonBox)
    buttons.button(qt.QDialogButtonBox.Close).click()

    assert not window.dialog.visible


def test_the_next_text_comes_in_the_same_window(window):
    dialog = window.dialog
    window.show("Card", "# Limits", isMarkdown=True)

    assert window.dialog is dialog
    assert dialog.windowTitle == "Card"
    assert window.browser.plainText == "Limits"
