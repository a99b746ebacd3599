"""Words of strangers are letters: no label, tooltip, question or model card renders HTML or loads a picture."""

from __future__ import annotations

import pytest
import qt
import slicer

from BreastUSAILib.gui.widgets.buttons import enableOrSay
from BreastUSAILib.gui.widgets.text_window import TextWindow
from BreastUSAILib.gui.words.lesion_rows import LesionRow, LesionRows
from BreastUSAILib.gui.words.plain_words import plainMarkdown, plainWords
from Testing.client.fake_engine import ADDED
from Testing.host.qt.qt_names import QDesktopServices

HARM = '<img src="file:///etc/passwd">'
UNC = r"<img src='\\server\share\x.png'>"


def shown(words: str) -> str:
    """What Qt shows of a text that may be rich, as a tooltip does."""
    document = qt.QTextDocument()
    if qt.Qt.mightBeRichText(words):
        document.setHtml(words)
    else:
        document.setPlainText(words)
    return document.toPlainText()


def pictures(document) -> list[str]:
    found, block = [], document.begin()
    while block.isValid():
        iterator = block.begin()
        while not iterator.atEnd():
            form = iterator.fragment().charFormat()
            if form.isImageFormat():
                found.append(form.toImageFormat().name())
            iterator += 1
        block = block.next()
    return found


@pytest.fixture
def window(application):
    window = TextWindow(None)
    yield window
    window.close()


def test_every_label_of_the_panel_shows_plain_text(panel):
    labels = [widget for widget in vars(panel.ui).values() if isinstance(widget, qt.QLabel)]
    assert len(labels) > 30
    assert {label.textFormat for label in labels} == {qt.Qt.PlainText}


@pytest.mark.parametrize(
    "words", [HARM, UNC, "a <b>bold</b> name", "&lt;b&gt;x", "two\nlines <i>x</i>", "A & B", "3 < 4"]
)
def test_a_tooltip_shows_the_very_words(words):
    assert shown(plainWords(words)) == words


def test_plain_words_stay_as_they_are():
    assert plainWords("Classification: x 1.0\n/folder") == "Classification: x 1.0\n/folder"


def test_the_reason_of_a_disabled_button_is_plain(application):
    button = qt.QPushButton()
    enableOrSay(button, HARM)
    assert shown(button.toolTip) == HARM


def test_a_models_name_is_plain_wherever_it_is_shown(panel, engine, dialogs):
    panel.ui.modelsSection.collapsed = False
    engine.requests[-1].finish({"models": [{**ADDED, "name": HARM, "version": HARM, "path": UNC}]})

    item = panel.ui.modelsList.item(0)

    assert HARM in item.text()
    assert HARM in shown(item.toolTip())
    assert UNC in shown(item.toolTip())
    panel.ui.removeModelButton.click()
    assert HARM in shown(dialogs.shown[-1])


CARDS = [
    "![passwords](file:///etc/passwd)",
    "![passwords][1]\n\n[1]: file:///etc/passwd",
    "[![inside](file:///etc/passwd)](https://example.org)",
    "!\\[no](x) ![yes](/etc/passwd)",
    HARM,
    f"<div>\n{HARM}\n</div>",
    f"text {UNC} text",
    f"- list\n  {HARM}\n\n| a | b |\n|---|---|\n| {HARM} | ![x](file:///etc/passwd) |",
    "<table background='file:///etc/passwd'><tr><td>x</td></tr></table>",
    "<style>body { background: url(file:///etc/passwd) }</style>",
    "&lt;img src='file:///etc/passwd'&gt;",
]


@pytest.mark.parametrize("card", CARDS)
def test_a_model_card_loads_no_picture(window, card):
    window.show("Card", card, isMarkdown=True)
    assert pictures(window.browser.document) == []


def test_the_picture_would_be_there_otherwise(application):
    document = qt.QTextDocument()
    document.setMarkdown(CARDS[0])
    assert pictures(document) == ["file:///etc/passwd"]


def test_the_rest_of_a_card_is_as_it_was():
    assert plainMarkdown("# A card\n\nSens. < 0.9, *bold* [link](https://x.org)!\n") == (
        "# A card\n\nSens. < 0.9, *bold* [link](https://x.org)!\n"
    )


@pytest.mark.parametrize(
    ("address", "answer", "opened"),
    [
        ("https://example.org/a", True, ["https://example.org/a"]),
        ("http://example.org", True, ["http://example.org"]),
        ("https://example.org/a", False, []),
        ("file:///etc/passwd", True, []),
        ("smb://server/share", True, []),
        ("javascript:alert(1)", True, []),
        ("slicer://x", True, []),
        ("other.md", True, []),
    ],
)
def test_a_link_opens_on_the_web_alone_and_asks_first(window, monkeypatch, address, answer, opened):
    monkeypatch.setattr(QDesktopServices, "opened", [])
    asked = []
    monkeypatch.setattr(slicer.util, "confirmYesNoDisplay", lambda text, *_more: asked.append(text) or answer)
    window.show("Card", f"[here]({address})", isMarkdown=True)

    window.browser.anchorClicked.emit(qt.QUrl(address))

    assert QDesktopServices.opened == opened
    assert [address in shown(text) for text in asked] == ([True] if address.startswith("http") else [])
    assert not window.browser.openLinks


@pytest.mark.parametrize(
    ("cell", "copied"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+cmd", "'+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("\t=1+1", "'=1+1"),
        ("-2.5", "-2.5"),
        ("+12 %", "+12 %"),
        ("Mass 1", "Mass 1"),
    ],
)
def test_a_copied_table_holds_no_formulas(cell, copied):
    assert LesionRows(("Lesion",), (LesionRow({}, (cell,), ""),)).asText() == f"Lesion\n{copied}"
