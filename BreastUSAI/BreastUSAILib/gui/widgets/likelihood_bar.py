"""The likelihood of malignancy as a mark on a scale from 0 to 100 %, its interval as a band.

Painted by a subclass of QWidget: Slicer's own DICOM module does so in PythonQt (DICOMDockWidget.paintEvent), and unlike
a picture on a label it follows size, palette and screen resolution by itself.
"""

from __future__ import annotations

import qt
from slicer.i18n import tr as _

from ...engine.findings.analysis import Malignancy
from ...engine.findings.words import interval_words, likelihood_meaning, likelihood_words, percent
from .painting import classColor, drawWords, fillRounded, mixed, tonesOf

_BAR = 10
_MARK = 18
_MARGIN = 4


class LikelihoodBar(qt.QWidget):
    """Shows a likelihood of malignancy; hidden while there is none."""

    def __init__(self) -> None:
        qt.QWidget.__init__(self)
        self._malignancy: Malignancy | None = None
        self.setFixedHeight(_MARK + 4 + self.fontMetrics().height())
        self.visible = False

    def setMalignancy(self, malignancy: Malignancy | None) -> None:
        """Show this likelihood, or nothing."""
        self._malignancy = malignancy
        self.visible = malignancy is not None
        self.accessibleName = ", ".join(
            filter(None, (likelihood_words(malignancy, _=_), interval_words(malignancy, _)))
        )
        self.toolTip = "\n".join(
            (_("The mark is the likelihood of malignancy, the band its 95 % interval."), likelihood_meaning(_))
        )
        self.update()

    def paintEvent(self, _event: qt.QPaintEvent) -> None:
        """Scale, band and mark."""
        if self._malignancy is None:
            return
        painter = qt.QPainter(self)
        try:
            _paint(painter, self.width, self._malignancy, self.palette)
        finally:
            painter.end()


def _paint(painter: qt.QPainter, width: int, malignancy: Malignancy, palette: qt.QPalette) -> None:
    tones, color = tonesOf(palette), classColor("malignant")
    left, span, top = _MARGIN, width - 2 * _MARGIN - 1, (_MARK - _BAR) // 2
    fillRounded(painter, left, top, span, _BAR, tones.track)
    low, at, high = (left + round(share * span) for share in (malignancy.low, malignancy.probability, malignancy.high))
    fillRounded(painter, low, top, max(high - low, 4), _BAR, mixed(color, palette.color(qt.QPalette.Window), 0.45))
    painter.setRenderHint(qt.QPainter.Antialiasing, False)
    painter.fillRect(at - 3, 0, 7, _MARK, palette.color(qt.QPalette.Window))
    painter.fillRect(at - 2, 0, 5, _MARK, color)
    baseline = _MARK + 2 + painter.fontMetrics().ascent()
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + round(share * span)
        painter.fillRect(x, top + _BAR + 1, 1, 4, tones.quiet)
        if share in (0.0, 0.5, 1.0):
            drawWords(painter, percent(share, _), x, baseline, tones.quiet, share)
