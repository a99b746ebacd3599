"""Findings of edited outlines in the place of the earlier ones."""

from __future__ import annotations

import re
from typing import Any

from ..engine.analysis import Analysis
from ..engine.frames import InputKind
from ..engine.lesion_segment import lesion_colour, lesion_name
from .browsing import sequenceBehind
from .findings_table import replaceFindings
from .image_data import ijkToRasOf
from .label_stack import LabelStack
from .report_node import replaceReport
from .segment_numbers import segmentNumbers
from .segmentation_node import setSegments
from .stack_results import joinedLabels

_NAME_TO_REPLACE = re.compile(r"Segment(_\d+)?|" + lesion_name(1).replace("1", r"\d+"))
"""Names that nobody chose: Segment Editor's own, and those of lesions."""


def showRescored(analysis: Analysis, volumeNode: Any, segmentationNode: Any, table: Any, report: Any) -> None:
    """Bring table, report and the names of segments to what was scored anew; a reader's assessment stays.

    Names that a reader chose stay too. Of a volume the lesions are joined anew: where a segment turned out to be two
    lesions, or two segments one, the segments are made from the findings again.

    Args:
        analysis: what `rescore` gave for `editedMasks`.
        volumeNode, segmentationNode, table, report: the image and the nodes of its result.

    Raises InputError where the report node holds no report; nothing is changed then.
    """
    segmentationNode.GetScene().SaveStateForUndo()
    replaceReport(report, analysis)
    replaceFindings(table, analysis)
    if analysis.input.kind is InputKind.VOLUME:
        _showJoined(segmentationNode, volumeNode, analysis)
        return
    for node in _framesOf(segmentationNode):
        _rename(node.GetSegmentation(), segmentNumbers(node.GetSegmentation()))


def _framesOf(segmentationNode: Any) -> list[Any]:
    """The node itself, and of a cine's proxy those of all frames."""
    browsed = sequenceBehind(segmentationNode)
    sequence = None if browsed is None else browsed.sequence
    stored = () if sequence is None else map(sequence.GetNthDataNode, range(sequence.GetNumberOfDataNodes()))
    return [segmentationNode, *stored]


def _showJoined(segmentationNode: Any, volumeNode: Any, analysis: Analysis) -> None:
    segmentation = segmentationNode.GetSegmentation()
    numbers = segmentNumbers(segmentation)
    joined: dict[str, set[int]] = {
        identifier: {analysis.volume_number(one.frame, number) for one in analysis.lesions if one.number == number}
        for identifier, number in numbers.items()
    }
    found = [number for several in joined.values() for number in several]
    if len(found) == len(set(found)) and all(len(several) <= 1 for several in joined.values()):
        _rename(segmentation, {identifier: number for identifier, several in joined.items() for number in several})
        return
    terminology = segmentation.GetNthSegment(0).GetTerminology()
    stack = LabelStack()
    for frame in analysis.maps.frames:
        stack.put(frame, joinedLabels(analysis, frame, analysis.maps.labels(frame)))
    segmentation.RemoveAllSegments()
    for _step in setSegments(segmentationNode, stack, ijkToRasOf(volumeNode), terminology):
        pass


def _rename(segmentation: Any, numbers: dict[str, int]) -> None:
    for identifier, number in numbers.items():
        segment = segmentation.GetSegment(identifier)
        if _NAME_TO_REPLACE.fullmatch(segment.GetName() or "") and segment.GetName() != lesion_name(number):
            segment.SetName(lesion_name(number))
            segment.SetColor(*(channel / 255 for channel in lesion_colour(number)))
