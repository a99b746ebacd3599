"""Options for scoring edited outlines: those of the result that they belong to, so that both can be compared."""

from __future__ import annotations

from typing import Any

from ...engine.findings.analysis import Label
from ...engine.options import EXPLAIN_METHODS, AnalyzeOptions, FrameSelection


def optionsOf(report: dict[str, Any]) -> AnalyzeOptions:
    """What that report (`analysis.json` as a dict) was asked with."""
    explanation = report["explanation"]
    method = explanation["method"].lower()
    return AnalyzeOptions(
        frames=_selectionOf(report),
        explain_class=Label(explanation["class"]),
        prevalence=_prevalenceOf(report),
        explain_method=method if method in EXPLAIN_METHODS else None,
    )


def _prevalenceOf(report: dict[str, Any]) -> float | None:
    """What goes with the likelihood, which earlier versions said there alone, or where there is none, with the rest."""
    malignancy = report["verdict"]["malignancy"]
    return report.get("prevalence") if malignancy is None else malignancy["prevalence"]


def _selectionOf(report: dict[str, Any]) -> FrameSelection:
    """What the report says, or where it was written before it said so, what its frames tell."""
    if report.get("selection") is not None:
        return FrameSelection(**report["selection"])
    indices, count = [frame["index"] for frame in report["frames"]], report["input"]["frames"]
    if len(indices) < 2:
        return FrameSelection(indices[0], indices[0]) if indices else FrameSelection()
    step = indices[1] - indices[0]
    isWhole = indices[0] == 0 and indices[-1] + step >= count
    return FrameSelection(indices[0], None if isWhole else indices[-1], step=step)
