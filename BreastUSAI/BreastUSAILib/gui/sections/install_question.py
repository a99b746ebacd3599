"""The window that asks whether packages may be installed."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _


def askToInstall(question: str) -> bool:
    """Ask, with buttons that say what they do; True for *Install*."""
    box = qt.QMessageBox(slicer.util.mainWindow())
    box.windowTitle = _("BreastUSAI - install Python packages")
    box.icon = qt.QMessageBox.Question
    box.textFormat = qt.Qt.PlainText  # it names folders and versions found on the disk
    box.text = question
    box.standardButtons = qt.QMessageBox.Ok | qt.QMessageBox.Cancel
    box.button(qt.QMessageBox.Ok).text = _("Install")
    box.button(qt.QMessageBox.Cancel).text = _("Cancel")
    box.deleteLater()  # once this is over
    return bool(box.exec_() == qt.QMessageBox.Ok)
