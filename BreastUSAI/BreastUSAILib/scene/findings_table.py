"""The findings as a table node: the verdict first, then a row for each lesion, last what a reader thought."""

from __future__ import annotations

from typing import Any

import vtk

from .. import RESEARCH_USE
from ..engine.analysis import Analysis
from .findings_rows import FINDING, columnsOf, findingRows
from .nodes import addNode

READER = "Reader"


def addFindingsTable(scene: Any, name: str, analysis: Analysis) -> Any:
    """A vtkMRMLTableNode of text cells: what is unknown (millimetres without calibration) stays empty."""
    table = addNode(scene, "vtkMRMLTableNode", name)
    table.SetDescription(RESEARCH_USE)
    table.SetUseColumnTitleAsColumnHeader(True)
    replaceFindings(table, analysis)
    return table


def replaceFindings(table: Any, analysis: Analysis) -> None:
    """Put the findings of `analysis` in the place of earlier ones; a reader's assessment stays."""
    columns = columnsOf(analysis)
    rows = findingRows(analysis)
    rows += [{FINDING: words} for words in _readerWords(table)]
    blocker = table.StartModify()
    table.RemoveAllColumns()
    for title, unit in columns.items():
        column = vtk.vtkStringArray()
        column.SetName(title)
        for row in rows:
            column.InsertNextValue(row.get(title, ""))
        table.AddColumn(column)
        if unit:
            table.SetColumnUnitLabel(title, unit)
    table.EndModify(blocker)


def putReaderRow(table: Any, birads: str, comment: str, at: str) -> None:
    """Add a reader's assessment as the last row, or put it in the place of the earlier one."""
    row = _readerRow(table)
    if row is None:
        row = table.AddEmptyRow()
    words = f"{READER}: BI-RADS {birads} ({at})"
    table.SetCellText(row, 0, f"{words}: {comment}" if comment else words)


def _readerWords(table: Any) -> list[str]:
    row = _readerRow(table)
    return [] if row is None else [table.GetCellText(row, 0)]


def _readerRow(table: Any) -> int | None:
    last = table.GetNumberOfRows() - 1
    isReaders = last >= 0 and table.GetNumberOfColumns() > 0 and table.GetCellText(last, 0).startswith(f"{READER}: ")
    return last if isReaders else None
