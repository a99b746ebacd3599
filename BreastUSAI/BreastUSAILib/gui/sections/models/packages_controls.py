"""The Python packages of the engine: what is missing, install from a folder, repair."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import qt
import slicer
from slicer.i18n import tr as _

from ....client.installing.installer import InstallerLike, Step
from ...widgets.buttons import enableOrSay

if TYPE_CHECKING:
    from ...panel_widgets import PanelWidgets


class PackagesControls:
    """The lower part of the block "Models".

    Args:
        ui: the panel's widgets.
        installer: knows what is missing.
        onInstall: runs an installation.
    """

    def __init__(self, ui: PanelWidgets, installer: InstallerLike, onInstall: Callable[[Step], object]) -> None:
        self._ui, self._installer, self._onInstall = ui, installer, onInstall
        ui.installFromFolderButton.clicked.connect(self._onFolder)
        ui.repairButton.clicked.connect(self._onRepair)
        ui.modelsSection.contentsCollapsed.connect(self._onCollapsed)
        ui.packagesLabel.visible = False

    def refresh(self, isBusy: bool) -> None:
        """Enable the buttons while nothing is going on."""
        why = _("Wait until the engine is free.") if isBusy else ""
        enableOrSay(self._ui.installFromFolderButton, why)
        enableOrSay(self._ui.repairButton, why)

    def look(self) -> None:
        """Say what is missing."""
        missing, label = self._installer.missing(), self._ui.packagesLabel
        label.visible = True
        if missing:
            label.text = _(
                "Python packages that are missing: {names}. The first analysis offers to install them."
            ).format(names=", ".join(missing))
        else:
            label.text = _("Every Python package that the engine needs is installed.")

    def _onCollapsed(self, isCollapsed: bool) -> None:
        if not isCollapsed:
            self.look()

    def _onFolder(self, _checked: bool = False) -> None:
        folder = qt.QFileDialog.getExistingDirectory(self._ui.modelsBody, _("Folder with Python packages (*.whl)"), "")
        if folder:
            self._onInstall(lambda onMessage: self._installer.installFromFolder(folder, onMessage))

    def _onRepair(self, _checked: bool = False) -> None:
        self._onInstall(self._installer.repair)


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
