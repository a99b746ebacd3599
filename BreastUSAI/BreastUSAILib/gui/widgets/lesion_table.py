"""The lesion table of the panel: what was measured, a click to go there, and a copy for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable

import qt
from slicer.i18n import tr as _

from ... import RESEARCH_USE
from ...client.jobs.listener import ignored
from ...engine.findings.analysis import Lesion
from ...scene.results.stored_report import StoredReport
from ..words.lesion_rows import LesionRow, LesionRows, lesionRows
from ..words.plain_words import plainWords
from .fitting_columns import FittingColumns

_MOST_ROWS_SEEN = 8


class LesionTable:
    """Fills a QTableWidget with the lesions of a report; what it has no room for stands in the rows' tooltips.

    Set `onLesionChosen` to be told the lesion whose row was clicked.
    """

    def __init__(self, table: qt.QTableWidget) -> None:
        self.onLesionChosen: Callable[[Lesion], None] = ignored
        self._table, self._columns = table, FittingColumns(table)
        self._shown = LesionRows((), ())
        table.selectionBehavior = qt.QAbstractItemView.SelectRows
        table.selectionMode = qt.QAbstractItemView.SingleSelection
        table.editTriggers = qt.QAbstractItemView.NoEditTriggers
        table.verticalHeader().visible = False
        table.cellClicked.connect(self._onCellClicked)

    def setReport(self, report: StoredReport | None) -> None:
        """Show the lesions of this report; the rows of its key frame stand out and are in sight."""
        self._shown = LesionRows((), ()) if report is None else lesionRows(report)
        key = None if report is None else report.analysis.verdict.key_frame
        hasOthers = any(shown.lesion.frame != key for shown in self._shown.rows)
        table = self._table
        table.clear()
        table.rowCount, table.columnCount = len(self._shown.rows), len(self._shown.headings)
        table.setHorizontalHeaderLabels([_onTwoLines(heading) for heading in self._shown.headings])
        for row, shown in enumerate(self._shown.rows):
            for column, words in enumerate(shown.cells):
                item = qt.QTableWidgetItem(words)
                item.setTextAlignment(qt.Qt.AlignCenter)
                item.setToolTip(plainWords(self._toolTip(shown)))
                if hasOthers and shown.lesion.frame == key:
                    item.setFont(_bold(item.font()))
                table.setItem(row, column, item)
        self._columns.measure()
        table.resizeRowsToContents()
        self._fitHeight()
        self._scrollTo(key)

    def rowOf(self, row: int) -> Lesion:
        """The lesion that stands in that row."""
        return self._shown.rows[row].lesion

    @property
    def isEmpty(self) -> bool:
        """Whether there is nothing to show or to copy."""
        return not self._shown.rows

    def copy(self) -> str:
        """Put the table onto the clipboard as tab-separated text, and return that text."""
        text = f"{self._shown.asText()}\n{RESEARCH_USE}\n"
        qt.QApplication.clipboard().setText(text)
        return text

    def _onCellClicked(self, row: int, _column: int) -> None:
        self.onLesionChosen(self.rowOf(row))

    def _toolTip(self, shown: LesionRow) -> str:
        """Every measure by its name, whose the likelihood is, and what a click does."""
        measures = [f"{name}: {cell}" for name, cell in zip(self._shown.headings, shown.cells, strict=True)]
        return "\n".join([*measures, shown.likelihoodNote, _("Click to center the slice view on this lesion.")])

    def _scrollTo(self, frame: int | None) -> None:
        rows = [row for row, shown in enumerate(self._shown.rows) if shown.lesion.frame == frame]
        if rows:
            self._table.scrollToItem(self._table.item(rows[0], 0), qt.QAbstractItemView.PositionAtTop)

    def _fitHeight(self) -> None:
        """Tall enough for the rows, up to a number of rows that leaves room for the rest."""
        table = self._table
        rows = sum(table.rowHeight(row) for row in range(min(table.rowCount, _MOST_ROWS_SEEN)))
        table.setFixedHeight(table.horizontalHeader().sizeHint.height() + rows + 2 * table.frameWidth)


def _onTwoLines(heading: str) -> str:
    """A narrower heading: the unit, what stands after a stroke, and the end of a long word go below."""
    shorter = {_("Likelihood"): _("Likeli-\nhood")}
    return shorter.get(heading, heading).replace(" (", "\n(").replace("/", "/\n")


def _bold(font: qt.QFont) -> qt.QFont:
    font.setBold(True)
    return font
