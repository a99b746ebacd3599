"""Findings of edited outlines in the place of the earlier ones."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis
from ...engine.findings.changed import asked_as_before
from ...engine.findings.descriptors import READER_WORDS_KEY
from ...engine.findings.lesion_segment import lesion_name
from ...engine.findings.measures import Translate
from ...engine.findings.words import english
from ..mrml.sequences import sequenceBehind
from ..outlines.edited_masks import EditedMasks, Numbers
from ..outlines.outline_marks import setMarksOfAll
from ..outlines.segmentation_node import dressSegment
from .findings_table import findingsColumns, replaceFindings
from .reader.reader_words import wordsOfSame
from .report_node import (
    EXPLANATION_KEY,
    EXPLANATIONS_KEY,
    GRADES_KEY,
    NAMES_KEY,
    READER_KEY,
    addToReport,
    readReport,
    reportText,
)
from .stored_report import storedReport

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMRMLSegmentationNode,
        vtkMRMLTableNode,
        vtkMRMLTextNode,
        vtkMRMLVolumeNode,
        vtkSegmentation,
    )

_NAME_TO_REPLACE = re.compile(r"Segment(_\d+)?|" + lesion_name(1).replace("1", r"\d+"))
"""Names that nobody chose: Segment Editor's own, and those of lesions."""


def showRescoredInSteps(
    analysis: Analysis,
    masks: EditedMasks,
    volumeNode: vtkMRMLVolumeNode,
    segmentationNode: vtkMRMLSegmentationNode,
    table: vtkMRMLTableNode,
    report: vtkMRMLTextNode,
    translate: Translate = english,
) -> Generator[None, None, None]:
    """Bring table, report and the names of segments to what was scored anew; a reader's assessment stays.

    So do the heat map and every other explanation, with what the report says of how they were made.

    Every segment stays as it is, one for each lesion: a name that a reader chose stands in table and report too, and
    one that nobody chose becomes "Lesion n" with that lesion's color. Segments that came after the masks were read
    were not scored, and are left alone. The last of the short steps changes the nodes, all of them; the others none.

    Args:
        analysis: what `rescore` gave for `masks`.
        masks: the outlines that were scored.
        volumeNode, segmentationNode, table, report: the image and the nodes of its result.
        translate: gives the table's words in the language of who reads it.

    Raises InputError where the report node holds no report, or a node left the scene; nothing is changed then.
    """
    segmentNames = _SegmentNames()
    for frame, node in _segmentations(segmentationNode, volumeNode, masks.numbers):
        segmentNames.add(frame, node.GetSegmentation(), masks.numbers[frame])
        yield
    stored = storedReport(report)
    assert stored is not None
    analysis = asked_as_before(analysis, stored.analysis)
    names = segmentNames.chosenFor(analysis)
    columns = yield from findingsColumns(analysis, names, translate)
    more: dict[str, Any] = {NAMES_KEY: {str(lesion): name for lesion, name in names.items()}} if names else {}
    before = report.GetText()
    former = readReport(report)
    for key in (EXPLANATION_KEY, EXPLANATIONS_KEY):
        if key in former:
            more[key] = former[key]
    if EXPLANATION_KEY in former:
        head = replace(analysis, frames=(), lesions=(), volume_lesions=()).to_json()
        if former[EXPLANATION_KEY] != head[EXPLANATION_KEY]:
            more[GRADES_KEY] = []  # of another map than the one that stays
    words = wordsOfSame(stored.readerWords, stored.analysis, analysis)
    if words:
        more[READER_WORDS_KEY] = words
    kept = former.get(READER_KEY)
    if kept is not None:
        more[READER_KEY] = kept
    text = yield from reportText(analysis, more)
    if any(one.GetScene() is None for one in (volumeNode, segmentationNode, table, report)):
        raise InputError("image, outlines or findings left the scene", remedy="Analyze the image again")
    entered = kept if report.GetText() == before else readReport(report).get(READER_KEY)
    segmentationNode.GetScene().SaveStateForUndo()
    report.SetText(text)
    if entered != kept:  # between two steps
        addToReport(report, READER_KEY, entered)
    replaceFindings(table, columns)
    setMarksOfAll(segmentationNode, volumeNode, masks)
    for one in segmentNames.toGive:
        one.give()


def _segmentations(
    segmentationNode: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode, numbers: Numbers
) -> Iterator[tuple[int | None, vtkMRMLSegmentationNode]]:
    """Each frame of a cine with its segmentations, the stored one first; of a still or volume the one of all frames."""
    outlines, image = sequenceBehind(segmentationNode), sequenceBehind(volumeNode)
    for frame in numbers:
        if frame is None or outlines is None or image is None:
            yield frame, segmentationNode
            continue
        stored = image.itemBeside(outlines.sequence, frame)
        if stored is not None:
            yield frame, stored
        if frame == image.browser.GetSelectedItemNumber():
            yield frame, segmentationNode


@dataclass(frozen=True)
class _NewName:
    """A segment that is to be called as its lesion is."""

    segmentation: vtkSegmentation
    identifier: str
    number: int

    def give(self) -> None:
        segment = self.segmentation.GetSegment(self.identifier)
        if segment is not None:
            dressSegment(segment, self.number)


class _SegmentNames:
    """What segments are called, and what those are to be called whose name nobody chose."""

    def __init__(self) -> None:
        self.toGive: list[_NewName] = []
        self._chosen: dict[tuple[int | None, int], str] = {}

    def add(self, frame: int | None, segmentation: vtkSegmentation, numbers: Mapping[str, int]) -> None:
        """Look at the segments of a frame that were scored; None where one segmentation is that of all frames."""
        for identifier, number in numbers.items():
            segment = segmentation.GetSegment(identifier)
            if segment is None:
                continue
            name = segment.GetName() or ""
            isChosen = bool(name) and not _NAME_TO_REPLACE.fullmatch(name)
            if isChosen:
                self._chosen[frame, number] = name
            else:
                self._chosen.pop((frame, number), None)
                if name != lesion_name(number):
                    self.toGive.append(_NewName(segmentation, identifier, number))

    def chosenFor(self, analysis: Analysis) -> dict[int, str]:
        """`Lesion.id` -> the name that a reader chose, where one did."""
        found = {}
        for lesion in analysis.lesions:
            name = self._chosen.get((lesion.frame, lesion.number)) or self._chosen.get((None, lesion.number))
            if name is not None:
                found[lesion.id] = name
        return found
