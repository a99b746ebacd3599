"""Keeps the module's widget as tall as its text needs."""

from __future__ import annotations

import qt


class PanelHeight(qt.QObject):
    """Keeps the least height of a widget at what its layout needs at the width that it has.

    Slicer's module panel asks for that once and keeps the answer, and a section that is opened asks for less than its
    wrapped words need: they would lie over what is below. Whatever changes in a layout comes here as an event.
    """

    def __init__(self, widget: qt.QWidget) -> None:
        qt.QObject.__init__(self)
        self._widget = widget
        self._timer = qt.QTimer()
        self._timer.timeout.connect(self._fit)
        self._changes = (qt.QEvent.LayoutRequest, qt.QEvent.Resize, qt.QEvent.Show)
        widget.installEventFilter(self)
        self._timer.start(0)

    def eventFilter(self, _watched: qt.QObject, event: qt.QEvent) -> bool:
        """Fit the height when the layout has settled; the event goes on."""
        if event.type() in self._changes:
            self._timer.start(0)
        return False

    def stop(self) -> None:
        """Leave the widget alone."""
        self._timer.stop()
        self._widget.removeEventFilter(self)

    def _fit(self) -> None:
        self._timer.stop()
        needed = self._widget.layout().totalHeightForWidth(self._widget.width)
        if needed >= 0 and needed != self._widget.minimumHeight:
            self._widget.minimumHeight = needed
