"""A result whose lesions have changed: report and table say so, and so do the marks of its outlines."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis
from ...engine.findings.descriptors import READER_WORDS_KEY
from ...engine.findings.maps import CroppedLabels
from ...engine.findings.measures import Translate
from ..mrml.sequences import sequenceBehind
from ..outlines.outline_marks import MARKS_ATTRIBUTE, NOTHING, markOf
from ..outlines.segment_labels import SegmentLabels
from ..results.findings_table import Column, findingsColumns, replaceFindings
from ..results.report_node import NAMES_KEY, READER_KEY, addToReport, readReport, reportText
from ..results.stored_report import StoredReport

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLSegmentationNode, vtkMRMLTableNode, vtkMRMLTextNode, vtkMRMLVolumeNode
    from ..mrml.result_links import ResultNodes


_KEPT = (READER_KEY, NAMES_KEY, READER_WORDS_KEY)


@dataclass(frozen=True)
class ChangedNodes:
    """The nodes of a result that a change of its lesions concerns; `volume` is its image."""

    volume: vtkMRMLVolumeNode
    segmentation: vtkMRMLSegmentationNode
    table: vtkMRMLTableNode
    report: vtkMRMLTextNode

    @classmethod
    def of(cls, volume: vtkMRMLVolumeNode | None, result: ResultNodes) -> ChangedNodes:
        """Those of a result of that image. Raises InputError where one of them is not there."""
        segmentation, table, report = result.segmentation, result.table, result.report
        if volume is None or segmentation is None or table is None or report is None:
            raise _gone()
        nodes = cls(volume, segmentation, table, report)
        nodes.require()
        return nodes

    def require(self) -> None:
        """Raises InputError where one of them left the scene."""
        if any(node.GetScene() is None for node in (self.volume, self.segmentation, self.table, self.report)):
            raise _gone()

    def segmentations(self, frame: int) -> list[vtkMRMLSegmentationNode]:
        """Where the outlines of a frame are: of a cine its stored item, and the node while it shows that frame."""
        behind, image = sequenceBehind(self.segmentation), sequenceBehind(self.volume)
        if behind is None or image is None:
            return [self.segmentation]
        stored = image.itemBeside(behind.sequence, frame)
        isShown = frame == image.browser.GetSelectedItemNumber()
        return [node for node in (stored, self.segmentation if isShown else None) if node is not None]

    def labels(self, frame: int) -> SegmentLabels:
        """The outlines of a frame as they are now, as numbers on the image's own pixels."""
        node = self.segmentations(frame)[-1]
        return SegmentLabels(node.GetSegmentation(), self.segmentation, self.volume)

    def plane(self, frame: int) -> int:
        """Which slice of these labels is the frame: a cine has one each."""
        return frame if self.volume.GetImageData().GetDimensions()[2] > 1 else 0


@dataclass(frozen=True)
class NewFindings:
    """What report and table are to say."""

    text: str
    columns: tuple[Column, ...]
    entered: dict[str, Any]


def newFindings(
    nodes: ChangedNodes, analysis: Analysis, stored: StoredReport, translate: Translate
) -> Generator[None, None, NewFindings]:
    """Report and table of a changed analysis, in short steps; what a reader added to them stays."""
    former = readReport(nodes.report)
    entered = {key: former[key] for key in _KEPT if key in former}
    names = {lesion.id: stored.lesionNames[lesion.id] for lesion in analysis.lesions if lesion.id in stored.lesionNames}
    text = yield from reportText(analysis, entered)
    columns = yield from findingsColumns(analysis, names, translate)
    return NewFindings(text, columns, entered)


def showFindings(nodes: ChangedNodes, findings: NewFindings) -> None:
    """Put them into the nodes; what a reader entered between two steps stays."""
    now = readReport(nodes.report)
    nodes.report.SetText(findings.text)
    for key in _KEPT:
        if key in now and now[key] != findings.entered.get(key):
            addToReport(nodes.report, key, now[key])
    replaceFindings(nodes.table, findings.columns)


def markNow(nodes: ChangedNodes, frame: int) -> str:
    """The mark of a frame's outlines as they are now."""
    labels = nodes.labels(frame).plane(nodes.plane(frame))
    return markOf(CroppedLabels.of(labels)) if labels.any() else NOTHING


def replaceMark(nodes: ChangedNodes, frame: int, before: str) -> None:
    """Where a frame's outlines were as scored, `before` being their mark, they are so as they are now.

    Outlines that a reader had edited stay marked as edited.
    """
    for node in nodes.segmentations(frame):
        entries = [entry for entry in (node.GetAttribute(MARKS_ATTRIBUTE) or "").split(",") if entry]
        marks = dict(entry.split(":", 1) for entry in entries)
        if marks and marks.get(str(frame), NOTHING) == before:
            marks[str(frame)] = markNow(nodes, frame)
            node.SetAttribute(MARKS_ATTRIBUTE, ",".join(f"{index}:{mark}" for index, mark in marks.items()))


def _gone() -> InputError:
    return InputError("image, outlines or findings left the scene", remedy="Analyze the image again")
