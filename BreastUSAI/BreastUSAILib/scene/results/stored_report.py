"""The report that a result left in the scene: `analysis.json` in a text node."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from slicer.i18n import tr as _

from ...engine.errors import InputError
from ...engine.findings.analysis import SCHEMA_VERSION
from ...engine.findings.document_form import checked_document
from .report_node import NAMES_KEY, parsedReport

Report = dict[str, Any]
"""What `analysis.json` says, as a dict."""


def storedReport(textNode: Any) -> Report | None:
    """The report that `textNode` holds, with every key that this version writes; None where there is no node.

    What this version does not know is left out, what an earlier one did not write has its default. The same text gives
    the same dict, which nobody may change.

    Raises InputError where the node holds something else, a damaged report, or one of a form that this version does
    not know.
    """
    return None if textNode is None else _reportIn(textNode.GetText() or "", textNode.GetName() or "")


@lru_cache(maxsize=2)  # several blocks of the panel ask for it at every change
def _reportIn(text: str, name: str) -> Report:
    document = parsedReport(text, name)
    if str(document.get("schema_version")).split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(
            _("the report was written by another version of BreastUSAI"),
            where=name,
            remedy=_("Analyze the image again"),
        )
    try:
        report = checked_document(document)
    except ValueError as error:
        raise InputError(
            _("the report is damaged ({what})").format(what=error), where=name, remedy=_("Analyze the image again")
        ) from error
    names = document.get(NAMES_KEY)
    if isinstance(names, dict):
        report[NAMES_KEY] = {lesion: words for lesion, words in names.items() if isinstance(words, str)}
    return report
