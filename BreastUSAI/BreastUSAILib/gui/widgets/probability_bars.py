"""The three class probabilities, each as a word, a bar and a number."""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from ...engine.findings.analysis import CLASSES, Label, Probabilities
from ...engine.findings.words import percent, verdict_words
from .painting import CLASS_COLORS, classColor, drawWords, fillRounded, tonesOf

_BAR = 8
_GAP = 8


class ProbabilityBars(qt.QWidget):
    """Shows the class probabilities of a verdict; hidden while there are none."""

    def __init__(self) -> None:
        qt.QWidget.__init__(self)
        self._probabilities: Probabilities | None = None
        self._row = self.fontMetrics().height() + 4
        self.setFixedHeight(self._row * len(CLASS_COLORS))
        self.visible = False

    def setProbabilities(self, probabilities: Probabilities | None) -> None:
        """Show these probabilities, or nothing."""
        self._probabilities = probabilities
        self.visible = probabilities is not None
        self.accessibleName = ", ".join(f"{name} {number}" for _label, name, number in self._rows())
        self.toolTip = _("Calibrated probabilities of the three classes; together they make 100 %.")
        self.update()

    def paintEvent(self, _event: qt.QPaintEvent) -> None:
        """A row for each class."""
        rows, tones, width = self._rows(), tonesOf(self.palette), self.width
        if not rows:
            return
        painter = qt.QPainter(self)
        try:
            metrics = painter.fontMetrics()
            left = max(metrics.horizontalAdvance(name) for _label, name, _number in rows) + _GAP
            right = width - metrics.horizontalAdvance(percent(0.999, _)) - _GAP
            for place, (label, name, number) in enumerate(rows):
                top = place * self._row
                baseline = top + 2 + metrics.ascent()
                drawWords(painter, name, 0, baseline, tones.text)
                drawWords(painter, number, width - 1, baseline, tones.text, 1.0)
                bar = top + (self._row - _BAR) // 2
                fillRounded(painter, left, bar, right - left, _BAR, tones.track)
                filled = round(getattr(self._probabilities, label.value) * (right - left)) if self._probabilities else 0
                if filled:
                    fillRounded(painter, left, bar, max(filled, 3), _BAR, classColor(label))
        finally:
            painter.end()

    def _rows(self) -> list[tuple[Label, str, str]]:
        """Class, its name and its number in words, the most worrying class first."""
        if self._probabilities is None:
            return []
        return [
            (label, verdict_words(label, _), percent(getattr(self._probabilities, label.value), _))
            for label in reversed(CLASSES)
        ]
