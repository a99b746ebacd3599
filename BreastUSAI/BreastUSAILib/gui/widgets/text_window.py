"""A window with a text to read and to copy: a model card, or the log."""

from __future__ import annotations

from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..words.plain_words import plainMarkdown, plainWords

SIZE = (720, 640)


class TextWindow:
    """One window that shows one text after another, beside the application.

    Args:
        parent: the widget that it belongs to.
    """

    def __init__(self, parent: qt.QWidget) -> None:
        self._parent = parent
        self.dialog: Any = None
        self.browser: Any = None

    def show(self, title: str, text: str, isMarkdown: bool = False) -> None:
        """Show a text under a title.

        Of Markdown neither HTML nor pictures are shown; a link to the web opens in the system's browser, if the user
        agrees to the address.
        """
        if self.dialog is None:
            self._build()
        self.dialog.windowTitle = title
        if isMarkdown:
            self.browser.markdown = plainMarkdown(text)
        else:
            self.browser.plainText = text
        self.dialog.show()
        self.dialog.raise_()

    def close(self) -> None:
        """Take the window away for good."""
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
            self.dialog = self.browser = None

    def _onLink(self, url: qt.QUrl) -> None:
        address = url.toString()
        if url.scheme().lower() not in ("http", "https"):
            return
        question = _("Open this address in your web browser?\n{address}").format(address=address)
        if slicer.util.confirmYesNoDisplay(plainWords(question), _("Open a web page")):
            qt.QDesktopServices.openUrl(url)

    def _build(self) -> None:
        self.dialog = qt.QDialog(self._parent)
        self.dialog.resize(*SIZE)
        self.browser = qt.QTextBrowser()
        self.browser.openLinks = False
        self.browser.anchorClicked.connect(self._onLink)
        self.browser.toolTip = _("Text to read and to copy")
        buttons = qt.QDialogButtonBox()  # PythonQt takes a button given here for an orientation
        buttons.standardButtons = qt.QDialogButtonBox.Close
        buttons.rejected.connect(self.dialog.hide)
        layout = qt.QVBoxLayout(self.dialog)
        layout.addWidget(self.browser)
        layout.addWidget(buttons)
