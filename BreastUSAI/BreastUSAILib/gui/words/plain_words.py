"""Words from files, scenes and models shown as the letters that they are: Qt takes what looks like HTML for HTML.

A picture in it would be loaded from the disk, or on Windows from a server, which gets the user's credentials.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import qt

from ...engine.errors import BreastUSAIError

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets

_WORD_JOINER = "\u2060"  # takes no room and is seen by nobody


def showPlain(ui: PanelWidgets) -> None:
    """Let every label of the panel show plain text, whatever it is given."""
    for widget in vars(ui).values():
        if isinstance(widget, qt.QLabel):
            widget.textFormat = qt.Qt.PlainText


def plainWords(words: str) -> str:
    """What a tooltip or a message box shows as these very words."""
    if "<" not in words and "&" not in words:
        return words
    return f"<qt>{html.escape(words, quote=False)}</qt>".replace("\n", "<br>")


def plainMarkdown(text: str) -> str:
    """The same Markdown without the HTML and the pictures in it: tags are letters, and a picture is a link to it."""
    return re.sub(r"<(?=\S)|!(?=\[)", lambda found: found[0] + _WORD_JOINER, text)


def sentenceOf(error: BreastUSAIError) -> str:
    """What was wrong and what to do, with a capital where no name of a file or node comes first."""
    words = str(error)
    return words if error.where is not None else words[:1].upper() + words[1:]
