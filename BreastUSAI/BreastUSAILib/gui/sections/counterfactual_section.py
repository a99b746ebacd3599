"""What the likelihood depends on: a button, and the changes as a small table."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ...client.jobs.listener import ignored
from ...engine.errors import BreastUSAIError
from ...engine.findings.counterfactual.counterfactual_words import change_words, check_words, difference_words
from ...engine.findings.counterfactual.counterfactuals import Counterfactuals
from ...scene.results.stored_report import storedReport
from ..widgets.buttons import enableOrSay

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class CounterfactualSection:
    """Asks for the checks of the result that is shown, and shows them until that result changes.

    Set `onCheck` to be told that they are wanted.
    """

    def __init__(self, ui: PanelWidgets) -> None:
        self.onCheck: Callable[[], None] = ignored
        self._ui = ui
        self._parameters: BreastUSAIParameters | None = None
        self._isBusy = False
        self._found: Counterfactuals | None = None
        self._about = self._asked = ""
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
        """Bring button and table to the state of the result."""
        reason = self._missing() or (_("Wait for the analysis that is running.") if self._isBusy else "")
        enableOrSay(self._ui.counterfactualsButton, reason)
        if self._found is not None and (self._parameters is None or self._text() != self._about):
            self._found = None
        label = self._ui.counterfactualsLabel
        label.text = "" if self._found is None else tableOf(self._found)
        label.visible = self._found is not None

    def cleanup(self) -> None:
        """Let go of the parameters."""
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

    def _text(self) -> str:
        report = None if self._parameters is None else self._parameters.report
        return "" if report is None else f"{report.GetID()} {report.GetText()}"


def tableOf(found: Counterfactuals) -> str:
    """The checks as rich text: what was changed, and the change of the likelihood; below, what could not be."""
    rows = [
        f"<tr><td>{escape(change_words(check.change, _))}</td>"
        f"<td align='right'>&nbsp;<b>{escape(difference_words(check))}</b></td></tr>"
        for check in found.checks
        if check.why_not is None
    ]
    heading = escape(_("Likelihood {likelihood}, and its change:").format(likelihood=f"{found.likelihood:.2f}"))
    others = [escape(check_words(check, _)) for check in found.checks if check.why_not is not None]
    return "<br>".join([f"{heading}<table>{''.join(rows)}</table>", *others])
