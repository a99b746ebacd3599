"""A table that shows as many columns as there is room for."""

from __future__ import annotations

import qt


class FittingColumns(qt.QObject):
    """Hides the last columns of a QTableWidget where they do not fit, so that it never scrolls sideways.

    The columns stand in the order of their importance; the first is always shown, and the last that is shown takes
    what room is left.
    """

    def __init__(self, table: qt.QTableWidget) -> None:
        qt.QObject.__init__(self)
        self._table = table
        self._widths: list[int] = []
        table.horizontalScrollBarPolicy = qt.Qt.ScrollBarAlwaysOff
        table.horizontalHeader().stretchLastSection = True
        table.viewport().installEventFilter(self)

    def measure(self) -> None:
        """Find out how wide the columns are that the table has now."""
        header = self._table.horizontalHeader()
        columns = range(self._table.columnCount)
        for column in columns:
            self._table.setColumnHidden(column, False)
        header.stretchLastSection = False  # a stretched column says nothing of its content
        self._table.resizeColumnsToContents()
        self._widths = [self._table.columnWidth(column) for column in columns]
        header.stretchLastSection = True
        self._fit()

    @property
    def hidden(self) -> list[int]:
        """The columns that do not fit."""
        return [column for column in range(len(self._widths)) if self._table.isColumnHidden(column)]

    def eventFilter(self, _watched: qt.QObject, event: qt.QEvent) -> bool:
        """The table has become wider or narrower, or a scroll bar took of its width; the event goes on."""
        if event.type() == qt.QEvent.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        room = self._table.viewport().width
        for column, width in enumerate(self._widths):
            room -= width
            self._table.setColumnHidden(column, column > 0 and room < 0)
