"""The findings as a table node: the verdict first, then a row for each lesion, last what a reader thought."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import vtk

from ... import RESEARCH_USE
from ...engine.findings.analysis import Analysis
from ...engine.findings.measures import Translate
from ...engine.findings.words import english
from ..mrml.nodes import addNode
from .findings_rows import NO_NAMES, FindingsRows

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene, vtkMRMLTableNode, vtkStringArray

READER = "Reader"

READER_WORD = "BreastUSAI.readerWord"
"""Attribute of the table node: what a reader's row begins with, in the language that it was entered in."""


def addFindingsTable(
    scene: vtkMRMLScene, name: str, analysis: Analysis, translate: Translate = english
) -> Generator[None, None, vtkMRMLTableNode]:
    """A vtkMRMLTableNode of text cells, in short steps: what is unknown (millimeters uncalibrated) stays empty."""
    columns = yield from findingsColumns(analysis, translate=translate)
    table = addNode(scene, "vtkMRMLTableNode", name)
    table.SetDescription(translate(RESEARCH_USE))
    table.SetUseColumnTitleAsColumnHeader(True)
    replaceFindings(table, columns)
    return table


@dataclass(frozen=True)
class Column:
    """One column of the table: its cells as a vtkStringArray under its title, and its unit, empty for none."""

    cells: vtkStringArray
    unit: str


def findingsColumns(
    analysis: Analysis, names: Mapping[int, str] = NO_NAMES, translate: Translate = english
) -> Generator[None, None, tuple[Column, ...]]:
    """The findings as columns, in short steps. `names` are those that a reader gave lesions, by `Lesion.id`."""
    found = FindingsRows(analysis, names, translate)
    rows = yield from found.rows()
    columns = []
    for title, unit in found.columns().items():
        cells = vtk.vtkStringArray()
        cells.SetName(title)
        for row in rows:
            cells.InsertNextValue(row.get(title, ""))
        columns.append(Column(cells, unit))
        yield
    return tuple(columns)


def replaceFindings(table: vtkMRMLTableNode, columns: tuple[Column, ...]) -> None:
    """Put new columns in the place of earlier ones; a reader's assessment stays, as the last row."""
    readers = _readerWords(table)
    blocker = table.StartModify()
    table.RemoveAllColumns()
    for place, column in enumerate(columns):
        for words in readers:
            column.cells.InsertNextValue("" if place else words)
        table.AddColumn(column.cells)
        if column.unit:
            table.SetColumnUnitLabel(column.cells.GetName(), column.unit)
    table.EndModify(blocker)


def putReaderRow(table: vtkMRMLTableNode, birads: str, comment: str, at: str, translate: Translate = english) -> None:
    """Add a reader's assessment as the last row, or put it in the place of the earlier one."""
    row = _readerRow(table)
    if row is None:
        row = table.AddEmptyRow()
    reader = translate(READER)
    words = f"{reader}: BI-RADS {birads} ({at})"
    table.SetCellText(row, 0, f"{words}: {comment}" if comment else words)
    table.SetAttribute(READER_WORD, reader)


def _readerWords(table: vtkMRMLTableNode) -> list[str]:
    row = _readerRow(table)
    return [] if row is None else [table.GetCellText(row, 0)]


def _readerRow(table: vtkMRMLTableNode) -> int | None:
    last = table.GetNumberOfRows() - 1
    if last < 0 or table.GetNumberOfColumns() == 0:
        return None
    reader = table.GetAttribute(READER_WORD) or READER
    return last if table.GetCellText(last, 0).startswith(f"{reader}: ") else None
