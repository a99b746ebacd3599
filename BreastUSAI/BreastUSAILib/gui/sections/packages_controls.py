"""The Python packages of the engine: what is missing, install from a folder, repair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import qt
from slicer.i18n import tr as _

from ..widgets.buttons import enableOrSay

Step = Callable[[Callable[[str], None]], None]
"""An installation: called with what is to be told its messages; raises InstallError."""


class InstallerLike(Protocol):
    """What is asked of `installer.Installer`."""

    @property
    def logText(self) -> str:
        """What pip said."""
        ...

    def missing(self) -> list[str]:
        """Names of packages that do not do."""
        ...

    def install(self, onMessage: Callable[[str], None]) -> None:
        """Install them."""
        ...

    def installFromFolder(self, path: str, onMessage: Callable[[str], None]) -> None:
        """Install them from files."""
        ...

    def repair(self, onMessage: Callable[[str], None]) -> None:
        """Install the damaged ones anew."""
        ...


class PackagesControls:
    """The lower part of the block "Models".

    Args:
        ui: the panel's widgets.
        installer: knows what is missing.
        onInstall: runs an installation.
    """

    def __init__(self, ui: Any, installer: InstallerLike, onInstall: Callable[[Step], object]) -> None:
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
