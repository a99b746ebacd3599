"""What a reader thought before seeing the result, kept beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from ...engine.findings.measures import Translate
from ...engine.findings.words import english
from .findings_table import putReaderRow
from .report_node import READER_KEY, addToReport, readReport

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLTableNode, vtkMRMLTextNode


@dataclass(frozen=True)
class ReaderAssessment:
    """A reader's own assessment.

    Args:
        birads: BI-RADS assessment category, such as "4A".
        comment: free text, empty for none.
        at: when it was entered, ISO 8601 with time zone.
    """

    birads: str
    comment: str
    at: str


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
        addToReport(reportNode, READER_KEY, asdict(assessment))
    if table is not None:
        putReaderRow(table, assessment.birads, assessment.comment, assessment.at, translate)


def readerAssessmentIn(reportNode: vtkMRMLTextNode) -> ReaderAssessment | None:
    """The assessment that is kept in a report, or None where there is none or it cannot be read.

    Raises InputError where the node holds no report.
    """
    return assessmentFrom(readReport(reportNode).get(READER_KEY))


def assessmentFrom(value: object) -> ReaderAssessment | None:
    """The assessment that an entry of a report tells, or None where it is not one."""
    names = [item.name for item in fields(ReaderAssessment)]
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in names):
        return None
    return ReaderAssessment(**{name: value[name] for name in names})
