"""The row "Analyze": one button that starts and cancels, how far it is, and what went wrong in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import qt
from slicer.i18n import tr as _

from ..running.runner import PanelState
from ..running.time_left import TimeLeft
from ..widgets.buttons import enableOrSay
from ..widgets.shortcuts import withShortcut

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets

ICON_SIZE = 16


class AnalyzeSection:
    """Shows the panel's state; knows no engine.

    Args:
        ui: the panel's widgets.
        onAnalyze: called when the user wants an analysis.
        onCancel: called when the user wants to stop the one that is running.
        onShowLog: called when the user wants to see the log.
        timeLeft: guesses how long the work will still take.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        onAnalyze: Callable[[], None],
        onCancel: Callable[[], None],
        onShowLog: Callable[[], None],
        timeLeft: TimeLeft | None = None,
    ) -> None:
        self._ui, self._onAnalyze, self._onCancel = ui, onAnalyze, onCancel
        self._timeLeft = timeLeft or TimeLeft()
        self._state = PanelState.IDLE
        icon = qt.QApplication.style().standardIcon(qt.QStyle.SP_MessageBoxWarning)
        ui.messageIcon.pixmap = icon.pixmap(ICON_SIZE, ICON_SIZE)
        ui.analyzeButton.clicked.connect(self._onButton)
        ui.logButton.clicked.connect(lambda *_checked: onShowLog())
        self.show(PanelState.IDLE)

    def show(self, state: PanelState, message: str = "") -> None:
        """Show a state, and a sentence about how it came about."""
        ui, self._state = self._ui, state
        self._timeLeft.restart()
        ui.progressBar.visible = ui.progressLabel.visible = state.isBusy
        ui.progressBar.minimum = ui.progressBar.maximum = ui.progressBar.value = 0
        ui.progressLabel.text = {
            PanelState.RUNNING: _("Starting the engine; the first time this takes some seconds."),
            PanelState.INSTALLING: _("Installing what the engine needs."),
        }.get(state, "")
        self.say(message)
        ui.messageIcon.visible = ui.logButton.visible = state is PanelState.FAILED
        ui.analyzeButton.text = _("Cancel") if state is PanelState.RUNNING else _("Analyze")

    def say(self, sentence: str) -> None:
        """Say something beside the state."""
        self._ui.messageFrame.visible = bool(sentence)
        self._ui.messageLabel.text = sentence

    def setReason(self, whyNot: str) -> None:
        """Why no analysis can be started, as the tooltip of the disabled button; an empty text enables it."""
        button = self._ui.analyzeButton
        if self._state is PanelState.RUNNING:
            enableOrSay(button, "", _("Stop the analysis; nothing is added to the scene"))
        elif self._state is PanelState.INSTALLING:
            enableOrSay(button, _("Wait until the installation has ended."))
        else:
            does = _("Outline lesions, estimate the likelihood of malignancy, and show what the estimate rests on")
            enableOrSay(button, whyNot, withShortcut(does, "analyze"))

    def showProgress(self, done: int, total: int, words: str) -> None:
        """How far it is; `total` 0 where that is not known."""
        bar, label = self._ui.progressBar, self._ui.progressLabel
        bar.maximum = total
        bar.value = done
        label.text = ", ".join(part for part in (words, self._timeLeft.words(done, total)) if part)

    def showCancelling(self) -> None:
        """The user pressed Cancel, and the engine finishes the frame it is at."""
        self._ui.progressLabel.text = _("Stopping…")
        enableOrSay(self._ui.analyzeButton, _("The analysis is being stopped."))

    def _onButton(self, _checked: bool = False) -> None:
        if self._state is PanelState.RUNNING:
            self._onCancel()
        else:
            self._onAnalyze()
