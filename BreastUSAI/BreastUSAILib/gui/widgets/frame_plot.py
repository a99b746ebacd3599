"""The probability of *malignant* over the frames of a cine or the slices of a volume; a click goes to the frame."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import qt
from slicer.i18n import tr as _

from ...client.jobs.listener import ignored
from ...engine.findings.analysis import Analysis
from ...engine.findings.words import frame_words, percent
from ...engine.images.frames import InputKind
from .key_frames import malignantByFrame
from .painting import classColor, drawWords, tonesOf

if TYPE_CHECKING:
    from .painting import Tones

_HEIGHT = 120
_MARGIN = 6


class FramePlot(qt.QWidget):
    """A curve over all frames; hidden for a still and where no frame has probabilities.

    Set `onFrameChosen` to be told the index of the frame that was clicked.
    """

    def __init__(self) -> None:
        qt.QWidget.__init__(self)
        self.onFrameChosen: Callable[[int], None] = ignored
        self._analysis: Analysis | None = None
        self._curve: list[tuple[int, float]] = []
        self._current: int | None = None
        self._drawn: Any = None
        self._drawnFor: tuple[Any, ...] = ()
        self.setFixedHeight(_HEIGHT)
        self.mouseTracking = True
        self.cursor = qt.QCursor(qt.Qt.PointingHandCursor)
        self.autoFillBackground = True  # so that nothing behind is drawn again for it
        self.visible = False

    def setAnalysis(self, analysis: Analysis | None) -> None:
        """Show the frames of this analysis, or nothing."""
        self._analysis = analysis
        self._curve = [] if analysis is None else malignantByFrame(analysis)
        self._drawn = None
        self.visible = self.hasCurve
        self.accessibleName = self._summary()
        self.toolTip = self._summary()
        self.update()

    @property
    def hasCurve(self) -> bool:
        """Whether there is anything to plot: not for a still, nor where no frame has probabilities."""
        return self._count() > 1 and bool(self._curve)

    def setCurrentFrame(self, frame: int | None) -> None:
        """Mark the frame that the slice view shows; nothing is drawn anew where it is the same."""
        if frame != self._current:
            self._current = frame
            self.update()

    def frameAt(self, x: float) -> int:
        """The analyzed frame nearest to that horizontal position."""
        left, right = self._ends()
        wanted = (x - left) / max(right - left, 1) * (self._count() - 1)
        frames = [frame for frame, _likelihood in self._curve]
        place = bisect_left(frames, wanted)
        return min(frames[max(place - 1, 0) : place + 1], key=lambda frame: abs(frame - wanted))

    def xOf(self, frame: int) -> int:
        """The horizontal position of a frame."""
        left, right = self._ends()
        return round(left + frame / max(self._count() - 1, 1) * (right - left))

    def mousePressEvent(self, event: qt.QMouseEvent) -> None:
        """Go to the frame that was clicked."""
        if self._curve and event.button() == qt.Qt.LeftButton:
            self.onFrameChosen(self.frameAt(event.pos().x()))

    def mouseMoveEvent(self, event: qt.QMouseEvent) -> None:
        """Say under the mouse which frame it is; with the button held down, go there."""
        if not self._curve or self._analysis is None:
            return
        frame = self.frameAt(event.pos().x())
        self.toolTip = _("Go to {frame}: malignant with a probability of {share}").format(
            frame=frame_words(self._analysis, frame, _), share=percent(dict(self._curve)[frame], _)
        )
        if event.buttons() & qt.Qt.LeftButton:
            self.onFrameChosen(frame)

    def paintEvent(self, _event: qt.QPaintEvent) -> None:
        """Scale, curve, key frame and current frame."""
        if not self._curve or self._analysis is None:
            return
        painter = qt.QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: qt.QPainter) -> None:
        """The mark of the current frame below and above what stays: a cine plays at twenty frames a second."""
        tones = tonesOf(self.palette)
        top, bottom = self._topAndBottom()
        x = self._currentX()
        if x is not None:
            painter.fillRect(x - 1, top - 4, 3, bottom - top + 8, tones.quiet)
        painter.drawPixmap(0, 0, self._lasting())
        if x is not None:
            self._drawInside(painter, self._currentWords(), x, _HEIGHT - 3, tones.text)

    def _lasting(self) -> qt.QPixmap:
        """What is the same for every current frame, as qt.QPixmap; drawn anew for another analysis, size or palette."""
        ratio = self.devicePixelRatioF()
        wanted = (self.width, ratio, self.palette.cacheKey(), self.font.toString())
        if self._drawn is None or wanted != self._drawnFor:
            self._drawn = qt.QPixmap(round(self.width * ratio), round(_HEIGHT * ratio))
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(qt.QColor(0, 0, 0, 0))
            self._drawnFor = wanted
            painter = qt.QPainter(self._drawn)
            painter.setFont(self.font)
            try:
                self._paintLasting(painter)
            finally:
                painter.end()
        return self._drawn

    def _paintLasting(self, painter: qt.QPainter) -> None:
        tones, metrics = tonesOf(self.palette), painter.fontMetrics()
        left, right = self._ends()
        top, bottom = self._topAndBottom()
        for share in (0.0, 0.5, 1.0):
            y = _yOf(share, top, bottom)
            painter.fillRect(left, y, right - left + 1, 1, tones.track)
            drawWords(painter, percent(share, _), left - 5, y + metrics.ascent() / 2 - 1, tones.quiet, 1.0)
        baseline = _HEIGHT - 3
        drawWords(painter, "1", left, baseline, tones.quiet)
        drawWords(painter, str(self._count()), right, baseline, tones.quiet, 1.0)
        self._paintCurve(painter, top, bottom)
        self._paintKeyFrame(painter, tones, top, bottom)

    def _paintCurve(self, painter: qt.QPainter, top: int, bottom: int) -> None:
        """A dot for each analyzed frame, and lines where they follow one another closely."""
        color = classColor("malignant")
        points = [(self.xOf(frame), _yOf(share, top, bottom)) for frame, share in self._curve]
        painter.setRenderHint(qt.QPainter.Antialiasing, True)
        pen = qt.QPen(color)
        pen.setWidth(2)
        painter.setPen(pen)
        for (x, y), (nextX, nextY) in pairwise(points):
            painter.drawLine(x, y, nextX, nextY)
        painter.setBrush(qt.QBrush(color))
        if len(points) <= (points[-1][0] - points[0][0]) // 6 + 1:
            for x, y in points:
                painter.drawEllipse(x - 2, y - 2, 4, 4)

    def _paintKeyFrame(self, painter: qt.QPainter, tones: Tones, top: int, bottom: int) -> None:
        """A ring on the key frame and its number above."""
        assert self._analysis is not None
        key = self._analysis.verdict.key_frame
        shares = dict(self._curve)
        if key is None or key not in shares:
            return
        x, y = self.xOf(key), _yOf(shares[key], top, bottom)
        pen = qt.QPen(tones.text)
        pen.setWidth(2)
        painter.setPen(pen)
        painter.setBrush(qt.QBrush(classColor("malignant")))
        painter.drawEllipse(x - 5, y - 5, 10, 10)
        self._drawInside(painter, _("key {number}").format(number=key + 1), x, top - 10, tones.text)

    def _currentX(self) -> int | None:
        """Where the line through the frame that the slice view shows is; None where it shows none of these."""
        if self._current is None or not 0 <= self._current < self._count():
            return None
        return self.xOf(self._current)

    def _currentWords(self) -> str:
        assert self._current is not None
        return _("shown {number}").format(number=self._current + 1)

    def _topAndBottom(self) -> tuple[int, int]:
        """Of the curve's area: where 100 and 0 % are."""
        height = self.fontMetrics().height()
        return height + 6, _HEIGHT - height - 6

    def _drawInside(self, painter: qt.QPainter, words: str, x: int, baseline: int, color: qt.QColor) -> None:
        """Words centered on `x`, moved as far as needed to stay within the plot; on a patch of the background."""
        left, right = self._ends()
        half = painter.fontMetrics().horizontalAdvance(words) // 2 + 2
        x = min(max(x, left + half), right - half)
        height = painter.fontMetrics().height()
        painter.fillRect(x - half, baseline - height + 4, 2 * half, height, self.palette.color(qt.QPalette.Window))
        drawWords(painter, words, x, baseline, color, 0.5)

    def _ends(self) -> tuple[int, int]:
        """Left and right end of the curve's area."""
        scale = self.fontMetrics().horizontalAdvance(percent(1.0, _))
        return scale + 8, self.width - _MARGIN

    def _count(self) -> int:
        return 0 if self._analysis is None else self._analysis.input.frames

    def _summary(self) -> str:
        if self._analysis is None or not self._curve:
            return ""
        frame, share = max(self._curve, key=lambda one: one[1])
        words = _("Probability of malignant by frame, highest in {frame} with {share}; click to go to a frame")
        if self._analysis.input.kind is InputKind.VOLUME:
            words = _("Probability of malignant by slice, highest in {frame} with {share}; click to go to a slice")
        return words.format(frame=frame_words(self._analysis, frame, _), share=percent(share, _))


def _yOf(share: float, top: int, bottom: int) -> int:
    return round(bottom - share * (bottom - top))
