"""Whether outlines are still those that a result's sizes and likelihoods belong to."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...engine.findings.maps import CroppedLabels
from ..mrml.sequences import sequenceBehind
from .edited_masks import EditedMasks, editedMasksInSteps
from .label_stack import numbersIn

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLSegmentationNode, vtkMRMLVolumeNode

MARKS_ATTRIBUTE = "BreastUSAI.outlines"
"""On a segmentation, or on its item for a frame of a cine: ``frame:mark`` of the outlines that were scored, separated
by commas."""

NOTHING = "0"
"""The mark of a frame without outlines."""


def markOf(labels: CroppedLabels) -> str:
    """A short text that another outline changes, and other names and numbers of the same lesions do not.

    It is the checksum of the whole frame, as scenes of earlier versions have it, with lesions numbered in reading
    order; the frame itself is not made for it.
    """
    present = numbersIn(labels.labels)
    if not present:
        return NOTHING
    flat, box = labels.labels.ravel(), labels.box
    inOrder = sorted(present, key=lambda number: int((flat == number).argmax()))
    renumbered = np.zeros(max(present) + 1, np.uint16)  # a volume may have more than 255 lesions
    renumbered[inOrder] = range(1, len(inOrder) + 1)
    rows = np.zeros((box.height, labels.columns), np.uint16)
    rows[:, box.x : box.x + box.width] = renumbered[labels.labels]
    empty = bytes(labels.columns * rows.itemsize)
    mark = zlib.crc32(rows.tobytes(), zlib.crc32(empty * box.y))
    return f"{zlib.crc32(empty * (labels.rows - box.y - box.height), mark):08x}"


def setMarks(node: vtkMRMLSegmentationNode, marks: Mapping[int, str]) -> None:
    """Remember on a segmentation, or on its item for one frame, which outlines were scored."""
    node.SetAttribute(MARKS_ATTRIBUTE, ",".join(f"{frame}:{mark}" for frame, mark in marks.items()))


def setMarksOfAll(segmentationNode: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode, masks: EditedMasks) -> None:
    """Remember that `masks` are the outlines that were scored."""
    marks = {frame: markOf(masks.packed(frame).cropped()) for frame in masks}
    items = dict(_items(segmentationNode, volumeNode))
    for frame, item in items.items():
        setMarks(item, marks if frame is None else {frame: marks.get(frame, NOTHING)})


def areEditedInSteps(
    segmentationNode: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode
) -> Generator[None, None, bool]:
    """Whether outlines were changed, added or taken away since they were scored, in short steps.

    False where an earlier version left no marks. Raises InputError where a node is gone or empty.
    """
    marks: dict[int, str] = {}
    for _frame, item in _items(segmentationNode, volumeNode):
        marks |= dict(_marksOn(item))
    if not marks:
        return False
    masks = yield from editedMasksInSteps(segmentationNode, volumeNode)
    for frame in marks.keys() | set(masks):
        now = markOf(masks.packed(frame).cropped()) if frame in masks else NOTHING
        if now != marks.get(frame, NOTHING):
            return True
        yield
    return False


def _items(
    segmentationNode: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode
) -> Generator[tuple[int | None, vtkMRMLSegmentationNode], None, None]:
    """Where marks stand: the stored items of a cine by frame, or the node of a still or volume under None."""
    outlines, image = sequenceBehind(segmentationNode), sequenceBehind(volumeNode)
    if outlines is None or image is None:
        yield None, segmentationNode
        return
    for frame in range(image.sequence.GetNumberOfDataNodes()):
        item = image.itemBeside(outlines.sequence, frame)
        if item is not None:
            yield frame, item


def _marksOn(node: vtkMRMLSegmentationNode) -> Generator[tuple[int, str], None, None]:
    for entry in filter(None, (node.GetAttribute(MARKS_ATTRIBUTE) or "").split(",")):
        frame, _colon, mark = entry.partition(":")
        yield int(frame), mark
