"""The findings as a table node: the verdict first, then a row for each lesion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import vtk

from .. import RESEARCH_USE
from ..engine.analysis import Analysis, Label, Lesion
from .nodes import addNode

UNKNOWN = ""

LESION_COLUMNS: tuple[tuple[str, str, Callable[[Lesion], float | int | None], str], ...] = (
    ("Lesion", "", lambda lesion: lesion.number, "d"),
    ("Frame", "", lambda lesion: lesion.frame, "d"),
    ("Area", "px", lambda lesion: lesion.area_px, "d"),
    ("Area", "mm2", lambda lesion: lesion.area_mm2, ".2f"),
    ("Long axis", "px", lambda lesion: lesion.long_axis_px, ".1f"),
    ("Long axis", "mm", lambda lesion: lesion.long_axis_mm, ".2f"),
    ("Short axis", "px", lambda lesion: lesion.short_axis_px, ".1f"),
    ("Short axis", "mm", lambda lesion: lesion.short_axis_mm, ".2f"),
    ("Height/width", "", lambda lesion: lesion.height_width_ratio, ".2f"),
    ("Depth", "px", lambda lesion: lesion.depth_px, ".1f"),
    ("Depth", "mm", lambda lesion: lesion.depth_mm, ".2f"),
    ("Mask probability", "", lambda lesion: lesion.mean_probability, ".3f"),
)


def addFindingsTable(scene: Any, name: str, analysis: Analysis) -> Any:
    """A vtkMRMLTableNode of text cells: what is unknown (millimetres without calibration) stays empty.

    "Likelihood of malignancy" is that of the whole input in the verdict's row (with its interval) and that of the
    lesion's frame in the lesions' rows.
    """
    table = addNode(scene, "vtkMRMLTableNode", name)
    table.SetDescription(RESEARCH_USE)
    table.SetUseColumnTitleAsColumnHeader(True)
    _addColumn(table, "Finding", "", [_verdictWords(analysis), *(f"Lesion {one.number}" for one in analysis.lesions)])
    _addColumn(table, "Likelihood of malignancy", "", _likelihoods(analysis))
    for title, unit, value, form in LESION_COLUMNS:
        cells = [_cell(value(lesion), form) for lesion in analysis.lesions]
        _addColumn(table, title, unit, [_verdictCell(analysis, title), *cells])
    return table


def _verdictWords(analysis: Analysis) -> str:
    return f"Verdict: {analysis.verdict.label.value} ({RESEARCH_USE})"


def _likelihoods(analysis: Analysis) -> list[str]:
    malignancy = analysis.verdict.malignancy
    whole = UNKNOWN
    if malignancy is not None:
        whole = f"{malignancy.probability:.3f} ({malignancy.low:.3f}-{malignancy.high:.3f})"
    byFrame = {finding.index: finding.probabilities for finding in analysis.frames}
    lesions = (byFrame.get(lesion.frame) for lesion in analysis.lesions)
    return [whole, *(UNKNOWN if one is None else f"{getattr(one, Label.MALIGNANT.value):.3f}" for one in lesions)]


def _verdictCell(analysis: Analysis, title: str) -> str:
    return _cell(analysis.verdict.key_frame, "d") if title == "Frame" else UNKNOWN


def _cell(value: float | int | None, form: str) -> str:
    return UNKNOWN if value is None else format(value, form)


def _addColumn(table: Any, title: str, unit: str, cells: list[str]) -> None:
    column = vtk.vtkStringArray()
    column.SetName(f"{title} ({unit})" if unit else title)
    for cell in cells:
        column.InsertNextValue(cell)
    table.AddColumn(column)
    if unit:
        table.SetColumnUnitLabel(column.GetName(), unit)
