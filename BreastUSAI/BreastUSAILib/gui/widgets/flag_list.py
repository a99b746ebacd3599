"""What to know before trusting the result: an icon and a word for each flag's weight, then its reason."""

from __future__ import annotations

import html
from typing import Any

import qt
from slicer.i18n import tr as _

from ...engine.findings.analysis import Analysis
from ...engine.findings.words import flag_words, severity_meaning, severity_words
from ...engine.flags import Flag, FlagCode, Severity

_ICONS = {
    Severity.REJECT: "SP_MessageBoxCritical",
    Severity.WARNING: "SP_MessageBoxWarning",
    Severity.INFO: "SP_MessageBoxInformation",
}
"""Qt's own icons, heaviest flag first: each differs in shape as well as in color and is drawn for light and dark."""


class FlagList:
    """Fills an empty frame, which has a grid layout, with a row for each flag of an analysis, the heaviest first."""

    def __init__(self, frame: qt.QFrame) -> None:
        self._frame = frame
        self._labels: list[Any] = []

    def setAnalysis(self, analysis: Analysis | None) -> None:
        """Show the flags of this analysis.

        That the probabilities were shifted to a prevalence stands beside the likelihood and is not repeated here.
        """
        for label in self._labels:
            label.setParent(None)
            label.deleteLater()
        self._labels = []
        stated = () if analysis is None else analysis.flags
        flags = [flag for flag in stated if flag.code is not FlagCode.PREVALENCE_SHIFTED]
        flags.sort(key=lambda flag: list(_ICONS).index(flag.severity))
        for row, flag in enumerate(flags):
            self._addRow(row, flag)
        self._frame.visible = bool(flags)

    def _addRow(self, row: int, flag: Flag) -> None:
        icon, words = qt.QLabel(), qt.QLabel()
        size = self._frame.fontMetrics().height() + 2
        standard = getattr(qt.QStyle, _ICONS[flag.severity])
        icon.pixmap = self._frame.style().standardIcon(standard).pixmap(size, size)
        icon.alignment = qt.Qt.AlignTop
        words.textFormat = qt.Qt.RichText
        words.text = f"<b>{severity_words(flag.severity, _)}.</b> {html.escape(flag_words(flag, _))}"
        words.wordWrap = True
        words.textInteractionFlags = qt.Qt.TextSelectableByMouse
        layout = self._frame.layout()
        layout.setColumnStretch(1, 1)
        for column, label in enumerate((icon, words)):
            label.toolTip = severity_meaning(flag.severity, _)
            layout.addWidget(label, row, column)
            self._labels.append(label)
