"""The report that a result left in the scene: `analysis.json` in a text node."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ..engine.analysis import SCHEMA_VERSION
from ..engine.errors import InputError
from ..scene.report_node import readReport
from .result_words import Report


def storedReport(textNode: Any) -> Report | None:
    """The report that `textNode` holds, or None where there is no node.

    Raises InputError where the node holds something else, or a report of a form that this version does not know.
    """
    if textNode is None:
        return None
    report = readReport(textNode)
    if str(report.get("schema_version")).split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(
            _("the report was written by another version of BreastUSAI"),
            where=textNode.GetName(),
            remedy=_("Analyze the image again"),
        )
    return report
