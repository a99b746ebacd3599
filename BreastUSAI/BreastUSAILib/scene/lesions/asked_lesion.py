"""A lesion that a reader clicked: its outline as one more segment, or, on an outline, that segment taken away."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import slicer
from numpy.typing import NDArray

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis, Lesion
from ...engine.findings.changed import with_lesion, without_lesions
from ...engine.findings.lesion_segment import MAX_LESIONS, asked_name, lesion_color, lesion_terminology
from ...engine.findings.maps import CroppedLabels
from ...engine.findings.measures import Translate
from ...engine.findings.words import english
from ...engine.flags import FlagCode
from ...engine.images.places import Place
from ...engine.steps import all_at_once
from ..mrml.image_data import ijkToRasOf
from ..outlines.label_stack import LabelStack
from ..outlines.segment_numbers import segmentNumbers
from ..outlines.segmentation_node import labelmapName
from ..results.stored_report import storedReport
from .changed_result import ChangedNodes, markNow, newFindings, replaceMark, showFindings

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLSegmentationNode


def segmentAt(nodes: ChangedNodes, place: Place) -> str | None:
    """The id of the segment that is outlined at a place, which has its frame; None where none is."""
    frame = place.frame or 0
    labels = nodes.labels(frame)
    plane = labels.plane(nodes.plane(frame))
    rows, columns = plane.shape
    row, column = min(max(round(place.row), 0), rows - 1), min(max(round(place.column), 0), columns - 1)
    number = int(plane[row, column])
    return next((identifier for identifier, own in labels.numbers.items() if own == number), None) if number else None


def showAskedInSteps(
    found: Analysis, place: Place, nodes: ChangedNodes, translate: Translate = english
) -> Generator[None, None, Lesion]:
    """Add what the engine found at a place to a result: a segment, a row, and a lesion of the report.

    In short steps, of which the last alone changes nodes, all of them, in one step of undo. Returns the lesion.

    Args:
        found: the analysis of the place's frame alone, asked with that place.
        place: where the reader clicked, or the box; with its frame.
        nodes: the result.
        translate: gives the table's words in the language of who reads it.

    Raises InputError where nothing was found, where a node left the scene, and where there are too many segments.
    """
    nodes.require()
    stored = storedReport(nodes.report)
    assert stored is not None
    lesion = _lesionAt(found, place)
    frame = lesion.frame
    now = nodes.labels(frame)
    outline = (found.maps.labels(frame) == lesion.number) & (now.plane(nodes.plane(frame)) == 0)
    if not outline.any():
        raise InputError("what was found there is outlined already", remedy="Click beside the outlines that are there")
    number = _nextNumber(nodes, frame)
    yield
    analysis = with_lesion(stored.analysis, replace(lesion, asked=place, number=number), found)
    findings = yield from newFindings(nodes, analysis, stored, translate)
    nodes.require()
    before = markNow(nodes, frame)
    nodes.segmentation.GetScene().SaveStateForUndo()
    labels = np.where(outline, np.uint8(number), np.uint8(0))
    identifier = nodes.segmentation.GetSegmentation().GenerateUniqueSegmentID(f"Lesion_{number}")
    for node in nodes.segmentations(frame):
        if node.GetSegmentation().GetSegmentIndex(identifier) < 0:  # a cine's item and its proxy may be kept equal
            _addSegment(node, identifier, labels, number, nodes, frame)
    showFindings(nodes, findings)
    replaceMark(nodes, frame, before)
    return analysis.lesions[-1]


def removeSegmentInSteps(
    nodes: ChangedNodes, place: Place, identifier: str, translate: Translate = english
) -> Generator[None, None, None]:
    """Take the segment at a place out of a result, and its lesion out of report and table, in one step of undo.

    In short steps, of which the last alone changes nodes. Of a volume the segment goes from all of its slices, of a
    cine from that frame alone. Raises InputError where a node left the scene.
    """
    nodes.require()
    frame = place.frame or 0
    stored = storedReport(nodes.report)
    assert stored is not None
    number = nodes.labels(frame).numbers[identifier]
    lesions = _lesionsOf(stored.analysis, frame, number)
    findings = yield from newFindings(nodes, without_lesions(stored.analysis, lesions), stored, translate)
    nodes.require()
    frames = {one.frame for one in stored.analysis.lesions if one.id in lesions} | {frame}
    before = {one: markNow(nodes, one) for one in frames}
    nodes.segmentation.GetScene().SaveStateForUndo()
    for node in nodes.segmentations(frame):
        if node.GetSegmentation().GetSegmentIndex(identifier) >= 0:  # a cine's item and its proxy may be kept equal
            node.GetSegmentation().RemoveSegment(identifier)
    showFindings(nodes, findings)
    for one, mark in before.items():
        replaceMark(nodes, one, mark)


def _lesionAt(found: Analysis, place: Place) -> Lesion:
    """The lesion that the engine has at the place; one that the whole frame showed counts as well."""
    for lesion in found.lesions:
        if lesion.asked is not None:
            return lesion
    labels = found.maps.labels(place.frame or 0) if (place.frame or 0) in found.maps.frames else None
    number = 0 if labels is None else int(labels[round(place.row), round(place.column)])
    for lesion in found.lesions:
        if lesion.number == number and lesion.frame == place.frame:
            return lesion
    said = [flag.message for flag in found.flags if flag.code is FlagCode.NOTHING_THERE]
    problem, _colon, remedy = (said[0] if said else "").partition(": ")
    raise InputError(
        problem or "the frame cannot be judged, so nothing was looked for there",
        remedy=(remedy[:1].upper() + remedy[1:]).rstrip(".") or "Choose another frame, or outline it in Segment Editor",
    )


def _nextNumber(nodes: ChangedNodes, frame: int) -> int:
    each = [segmentNumbers(node.GetSegmentation()) for node in nodes.segmentations(frame)]
    number = max((max(numbers.values(), default=0) for numbers in each), default=0) + 1
    if number > MAX_LESIONS:
        problem = f"a segment is called lesion {MAX_LESIONS}, the last that can be numbered"
        raise InputError(problem, remedy="Give the segments lower numbers, then click again")
    return number


def _lesionsOf(analysis: Analysis, frame: int, number: int) -> set[int]:
    """The ids of a segment's lesions: of a volume those of all slices."""
    for joined in analysis.volume_lesions:
        if joined.id == number:
            return set(joined.lesions)
    return {one.id for one in analysis.lesions if (one.frame, one.number) == (frame, number)}


def _addSegment(
    node: vtkMRMLSegmentationNode,
    identifier: str,
    labels: NDArray[np.uint8],
    number: int,
    nodes: ChangedNodes,
    frame: int,
) -> None:
    """One segment of the outline, on the image's own voxels."""
    stack = LabelStack()
    stack.put(nodes.plane(frame), CroppedLabels.of(labels))
    labelmap = all_at_once(stack.labelmap(ijkToRasOf(nodes.volume)))
    segment = slicer.vtkSegment()
    segment.SetName(asked_name(number))
    segment.SetColor(*(channel / 255 for channel in lesion_color(number)))
    segment.SetTerminology(_terminologyOf(node))
    segment.SetLabelValue(number)
    segment.AddRepresentation(labelmapName(), labelmap)
    node.GetSegmentation().AddSegment(segment, identifier)


def _terminologyOf(node: vtkMRMLSegmentationNode) -> str:
    """What the other segments are; side included, where it is known."""
    segmentation = node.GetSegmentation()
    if segmentation.GetNumberOfSegments():
        return segmentation.GetNthSegment(0).GetTerminology()
    return lesion_terminology()
