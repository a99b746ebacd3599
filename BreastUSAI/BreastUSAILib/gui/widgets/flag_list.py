"""What to know before trusting the result: an icon and a word for each flag's weight, then its reason."""

from __future__ import annotations

import html
from typing import Any

import qt
from slicer.i18n import tr as _

from ...scene.results.stored_report import Report
from ..words.result_words import severityWords

_ICONS = {
    "reject": "SP_MessageBoxCritical",
    "warning": "SP_MessageBoxWarning",
    "info": "SP_MessageBoxInformation",
}
"""Qt's own icons, heaviest flag first: each differs in shape as well as in colour and is drawn for light and dark."""


class FlagList:
    """Fills an empty frame, which has a grid layout, with a row for each flag of a report, the heaviest first."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self._labels: list[Any] = []

    def setReport(self, report: Report | None) -> None:
        """Show the flags of this report.

        That the probabilities were shifted to a prevalence stands beside the likelihood and is not repeated here.
        """
        for label in self._labels:
            label.setParent(None)
            label.deleteLater()
        self._labels = []
        flags = [] if report is None else [flag for flag in report["flags"] if flag["code"] != "prevalence_shifted"]
        flags.sort(key=lambda flag: list(_ICONS).index(flag["severity"]))
        for row, flag in enumerate(flags):
            self._addRow(row, flag)
        self._frame.visible = bool(flags)

    def _addRow(self, row: int, flag: dict[str, Any]) -> None:
        icon, words = qt.QLabel(), qt.QLabel()
        size = self._frame.fontMetrics().height() + 2
        standard = getattr(qt.QStyle, _ICONS[flag["severity"]])
        icon.pixmap = self._frame.style().standardIcon(standard).pixmap(size, size)
        icon.alignment = qt.Qt.AlignTop
        words.textFormat = qt.Qt.RichText
        words.text = f"<b>{severityWords(flag['severity'])}.</b> {html.escape(flag['message'])}"
        words.wordWrap = True
        words.textInteractionFlags = qt.Qt.TextSelectableByMouse
        layout = self._frame.layout()
        layout.setColumnStretch(1, 1)
        for column, label in enumerate((icon, words)):
            label.toolTip = severityMeaning(flag["severity"])
            layout.addWidget(label, row, column)
            self._labels.append(label)


def severityMeaning(severity: str) -> str:
    """What a flag of that weight means for the result."""
    return {
        "reject": _("No verdict is given because of this."),
        "warning": _("The result may be wrong because of this."),
        "info": _("Good to know; the result stands."),
    }[severity]
