"""What the likelihood depends on: a button, and every change with its picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import qt
from slicer.i18n import tr as _

from ...client.jobs.listener import ignored
from ...engine.errors import BreastUSAIError
from ...engine.findings.counterfactual.counterfactual_words import change_words, check_words, difference_words
from ...engine.findings.counterfactual.counterfactuals import Counterfactual, Counterfactuals
from ...scene.results.stored_report import storedReport
from ..slicer.beside_image import BesideImage
from ..widgets.buttons import enableOrSay
from ..widgets.painting import iconOf

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters

ICON_SIDE = 96


class CounterfactualSection:
    """Asks for the checks of the result that is shown, and shows them until that result changes.

    A click on a check shows its picture beside the image.

    Set `onCheck` to be told that they are wanted.
    """

    def __init__(self, ui: PanelWidgets) -> None:
        self.onCheck: Callable[[], None] = ignored
        self._ui = ui
        self._parameters: BreastUSAIParameters | None = None
        self._isBusy = False
        self._found: Counterfactuals | None = None
        self._about = self._asked = ""
        self._listed: Counterfactuals | None = None
        self._beside = BesideImage()
        ui.counterfactualsList.iconSize = qt.QSize(ICON_SIDE, ICON_SIDE)
        ui.counterfactualsList.itemClicked.connect(self._onCheck)
        ui.counterfactualsCloseButton.clicked.connect(self._onClose)
        ui.counterfactualsButton.clicked.connect(self._onButton)
        self.refresh()

    def show(self, parameters: BreastUSAIParameters | None) -> None:
        """Show the checks of these parameters' result; None while it must not be seen."""
        self._parameters = parameters
        self.refresh()

    def setBusy(self, isBusy: bool) -> None:
        """Whether the engine is at work."""
        self._isBusy = isBusy
        self.refresh()

    def showFound(self, found: Counterfactuals) -> None:
        """The checks are there; shown where their result still is."""
        self._found, self._about = found, self._asked
        self.refresh()

    def refresh(self) -> None:
        """Bring button and list to the state of the result."""
        reason = self._missing() or (_("Wait for the analysis that is running.") if self._isBusy else "")
        enableOrSay(self._ui.counterfactualsButton, reason)
        if self._found is not None and (self._parameters is None or self._text() != self._about):
            self._found = None
        self._fill()

    def _fill(self) -> None:
        found, label, shown = self._found, self._ui.counterfactualsLabel, self._ui.counterfactualsList
        rows = checksMade(found)
        label.text = "" if found is None else headingOf(found)
        label.visible = found is not None
        if found is not self._listed:
            self._beside.close()
            self._listed = found
            shown.clear()
            for check in rows:
                item = qt.QListWidgetItem(rowWords(check))
                pixels = None if found is None else found.pictures.get(check.change.value)
                if pixels is not None:
                    item.setIcon(iconOf(pixels))
                shown.addItem(item)
            shown.minimumHeight = len(rows) * (ICON_SIDE + 8)
        shown.visible = bool(rows)
        volume = None if self._parameters is None else self._parameters.inputVolume
        if self._beside.isOpen and not self._beside.isOf(volume):
            self._beside.close()
        self._ui.counterfactualsCloseButton.visible = self._beside.isOpen

    def cleanup(self) -> None:
        """Let go of the parameters and the scene."""
        self._beside.close()
        self._parameters, self._found = None, None

    def _missing(self) -> str:
        """Why nothing can be checked, or nothing."""
        try:
            stored = None if self._parameters is None else storedReport(self._parameters.report)
        except BreastUSAIError as error:
            return str(error)
        if stored is None:
            return _("There is no result yet: analyze an image first.")
        if stored.analysis.verdict.key_frame is None:
            return _("The image cannot be judged, so there is no likelihood to check.")
        return ""

    def _onButton(self, _checked: bool = False) -> None:
        self._asked = self._text()
        self.onCheck()

    def _onCheck(self, item: qt.QListWidgetItem) -> None:
        row, found, parameters = self._ui.counterfactualsList.row(item), self._found, self._parameters
        rows = checksMade(found)
        if not 0 <= row < len(rows) or found is None or parameters is None or parameters.inputVolume is None:
            return
        change = rows[row].change
        if change.value in found.pictures:
            self._beside.show(parameters.inputVolume, found.pictures[change.value], change_words(change, _))
        self._ui.counterfactualsCloseButton.visible = self._beside.isOpen

    def _onClose(self, _checked: bool = False) -> None:
        self._beside.close()
        self._ui.counterfactualsCloseButton.visible = False

    def _text(self) -> str:
        report = None if self._parameters is None else self._parameters.report
        return "" if report is None else f"{report.GetID()} {report.GetText()}"


def checksMade(found: Counterfactuals | None) -> list[Counterfactual]:
    """The checks that could be made, in their order."""
    return [] if found is None else [check for check in found.checks if check.why_not is None]


def rowWords(check: Counterfactual) -> str:
    """What was changed, and the change of the likelihood below it."""
    return f"{change_words(check.change, _)}\n{difference_words(check)}"


def headingOf(found: Counterfactuals) -> str:
    """The likelihood that changes, and in lines of their own what could not be changed, and why."""
    heading = _("Likelihood {likelihood}, and its change:").format(likelihood=f"{found.likelihood:.2f}")
    others = [check_words(check, _) for check in found.checks if check.why_not is not None]
    return "\n".join([heading, *others])
