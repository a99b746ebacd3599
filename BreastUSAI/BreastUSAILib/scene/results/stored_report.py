"""The result that a report in the scene tells: `analysis.json` in a text node, with what a reader added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.findings.analysis import SCHEMA_VERSION, Analysis
from ...engine.findings.descriptors import READER_WORDS_KEY, ReaderWords, reader_words_in
from ...engine.findings.document_form import analysis_from
from .reader.reader_assessment import ReaderAssessment, assessmentFrom
from .report_node import NAMES_KEY, READER_KEY, parsedReport

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLTextNode


@dataclass(frozen=True)
class StoredReport:
    """What a report node holds.

    Args:
        analysis: the findings; their maps are absent, since masks and heat maps are nodes of their own.
        reader: what a reader thought before seeing them, or None.
        lesionNames: the names that a reader gave segments, by `Lesion.id`.
        readerWords: a reader's own words for descriptors, by `Lesion.id` and the descriptor's name.
    """

    analysis: Analysis
    reader: ReaderAssessment | None = None
    lesionNames: Mapping[int, str] = field(default_factory=dict)  # noqa: N815
    readerWords: ReaderWords = field(default_factory=dict)  # noqa: N815


def storedReport(textNode: vtkMRMLTextNode | None) -> StoredReport | None:
    """The report that `textNode` holds; None where there is no node.

    What this version does not know is left out, what an earlier one did not write has its default. The same text gives
    the same report.

    Raises InputError where the node holds something else, a damaged report, or one of a form that this version does
    not know.
    """
    return None if textNode is None else _reportIn(textNode.GetText() or "", textNode.GetName() or "")


@lru_cache(maxsize=2)  # several blocks of the panel ask for it at every change
def _reportIn(text: str, name: str) -> StoredReport:
    document = parsedReport(text, name)
    if str(document.get("schema_version")).split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(
            "the report was written by another version of BreastUSAI",
            where=name,
            remedy="Analyze the image again",
        )
    try:
        analysis = analysis_from(document)
    except ValueError as error:
        raise InputError(f"the report is damaged ({error})", where=name, remedy="Analyze the image again") from error
    return StoredReport(
        analysis,
        assessmentFrom(document.get(READER_KEY)),
        _namesFrom(document.get(NAMES_KEY)),
        reader_words_in(document.get(READER_WORDS_KEY)),
    )


def _namesFrom(value: object) -> dict[int, str]:
    """Names by `Lesion.id`; what is not the name of a lesion is left out."""
    if not isinstance(value, dict):
        return {}
    return {int(key): name for key, name in value.items() if key.isdecimal() and isinstance(name, str)}
