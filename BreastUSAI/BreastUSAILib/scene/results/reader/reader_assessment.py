"""What a reader thought before seeing the result, kept beside it."""

from __future__ import annotations

from dataclasses import Field, asdict, dataclass, fields
from typing import TYPE_CHECKING

from ....engine.findings.measures import Translate
from ....engine.findings.words import english
from ..findings_table import putReaderRow
from ..report_node import READER_KEY, addToReport, readReport

if TYPE_CHECKING:
    from ...mrml.node_types import vtkMRMLTableNode, vtkMRMLTextNode

_NEEDED = ("birads", "comment", "at")


@dataclass(frozen=True)
class ReaderAssessment:
    """A reader's own assessment.

    Args:
        birads: BI-RADS assessment category, such as "4A".
        comment: free text, empty for none.
        at: when it was entered, ISO 8601 with time zone.
        reader: the reader's code in a study, empty for none.
        confidence: how sure the reader was, per cent, or None where it was not stated.
        seconds: from when the image was chosen until the assessment was entered, or None where unknown.
        birads_after: the category after the result was shown, empty while there is none; so `confidence_after`.
        after_at: when that was entered.
    """

    birads: str
    comment: str
    at: str
    reader: str = ""
    confidence: int | None = None
    seconds: float | None = None
    birads_after: str = ""
    confidence_after: int | None = None
    after_at: str = ""


def addReaderAssessment(
    table: vtkMRMLTableNode | None,
    reportNode: vtkMRMLTextNode | None,
    assessment: ReaderAssessment,
    translate: Translate = english,
) -> None:
    """Keep the assessment in the findings table and in the report, where there is one; an earlier one is replaced.

    Raises InputError where the report node holds no report; the table is then left as it was.
    """
    if reportNode is not None:
        entry = asdict(assessment)
        stated = {name: value for name, value in entry.items() if name in _NEEDED or value not in ("", None)}
        addToReport(reportNode, READER_KEY, stated)
    if table is not None:
        putReaderRow(table, assessment.birads, assessment.comment, assessment.at, translate)


def readerAssessmentIn(reportNode: vtkMRMLTextNode) -> ReaderAssessment | None:
    """The assessment that is kept in a report, or None where there is none or it cannot be read.

    Raises InputError where the node holds no report.
    """
    return assessmentFrom(readReport(reportNode).get(READER_KEY))


def assessmentFrom(value: object) -> ReaderAssessment | None:
    """The assessment that an entry of a report tells, or None where it is not one."""
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in _NEEDED):
        return None
    known = {item.name: value[item.name] for item in fields(ReaderAssessment) if _fits(item, value.get(item.name))}
    return ReaderAssessment(**known)


def _fits(item: Field[str], value: object) -> bool:
    """Whether `value` may stand in that field; what may not has its default."""
    if isinstance(item.default, str) or item.name in _NEEDED:
        return isinstance(value, str)
    return isinstance(value, (int, float)) and not isinstance(value, bool)
