"""The outlines of a result as they are now, on the image's own pixels: as found, or as a reader left them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import vtk
from numpy.typing import NDArray

from ...engine.errors import InputError
from ...engine.findings.maps import PackedLabels, PackedMasks
from ..mrml.sequences import BrowsedSequence, sequenceBehind
from ..source.node_pixels import requirePixels
from .segment_labels import SegmentLabels
from .segmentation_node import analyzedFrames

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLSegmentationNode, vtkMRMLSequenceBrowserNode, vtkMRMLVolumeNode

Numbers = Mapping[int | None, Mapping[str, int]]


class EditedMasks(PackedMasks):
    """The outlines of a result as they were when they were read.

    `numbers` says which number a segment had: frame -> segment id -> number, of a still or volume under None alone.
    """

    def __init__(self, packed: Mapping[int, PackedLabels], numbers: Numbers) -> None:
        super().__init__(packed)
        self.numbers = numbers


def editedMasksInSteps(
    segmentationNode: vtkMRMLSegmentationNode,
    volumeNode: vtkMRMLVolumeNode,
    browser: vtkMRMLSequenceBrowserNode | None = None,
) -> Generator[None, None, EditedMasks]:
    """Frame -> labels ``[H, W]``: 0 background, else the lesion's number (`segment_numbers.segmentNumbers`).

    In short steps, each for one frame.
    The frames are those that the result looked at, with or without a lesion, and every other that a reader outlined
    something on. Of a cine, the frame that the browser shows is taken from `segmentationNode` itself, the others from
    its sequence; a segmentation without a sequence is about the frame that is shown alone. The nodes are not changed.

    The masks are those of the first step, whatever is painted afterwards. It copies the voxels of all slices, and is
    longer where segments have no binary label map any more: Slicer makes one of all slices at once.

    Args:
        segmentationNode: a result's, or any other.
        volumeNode: the image: still, volume, or the proxy of a cine.
        browser: the sequence browser of a cine; None finds it.

    Raises:
        InputError: one of the nodes is gone or empty, or there are too many segments.
    """
    _requireThere(segmentationNode, volumeNode)
    requirePixels(volumeNode)
    numbers: _NumbersTaken = {}
    browsed = sequenceBehind(volumeNode)
    if browsed is None or browsed.sequence.GetNumberOfDataNodes() < 2:
        frames = _ofStack(segmentationNode, volumeNode, numbers)
    else:
        source = BrowsedSequence(browser or browsed.browser, browsed.sequence)
        frames = _ofCine(segmentationNode, volumeNode, source, numbers)
    packed: dict[int, PackedLabels] = {}
    with closing(frames):
        for frame, isAnalyzed, labels in frames:
            if isAnalyzed or labels.any():
                packed[frame] = PackedLabels.of(labels)
            yield
            _requireThere(segmentationNode, volumeNode)
    return EditedMasks(packed, numbers)


_Frames = Generator[tuple[int, bool, NDArray[np.uint8]], None, None]
"""Frames, whether the result looked at them, and their labels, made as they are asked for."""

_NumbersTaken = dict[int | None, Mapping[str, int]]
"""Filled on the way, with the numbers that the labels hold: segments may come, go and be renamed afterwards."""


def _ofStack(
    segmentationNode: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode, numbers: _NumbersTaken
) -> _Frames:
    """Of a still or a volume."""
    labels = SegmentLabels(segmentationNode.GetSegmentation(), segmentationNode, volumeNode)
    numbers[None] = labels.numbers
    analyzed = analyzedFrames(segmentationNode)
    for plane in range(volumeNode.GetImageData().GetDimensions()[2]):
        yield plane, plane in analyzed, labels.plane(plane)


def _ofCine(
    segmentationNode: vtkMRMLSegmentationNode,
    volumeNode: vtkMRMLVolumeNode,
    source: BrowsedSequence,
    numbers: _NumbersTaken,
) -> _Frames:
    """Of a cine: a segmentation for each frame, taken before anybody can paint on it.

    That is now for the frame that is shown, and for another when its turn comes, or before, when the browser shows it.
    """
    browser, frames = source.browser, range(source.sequence.GetNumberOfDataNodes())
    sequence, shown = browser.GetSequenceNode(segmentationNode), browser.GetSelectedItemNumber()
    taken: dict[int, tuple[bool, SegmentLabels] | None] = {}

    def take(frame: int) -> None:
        if frame in taken or frame not in frames:
            return
        stored = None if sequence is None else source.itemBeside(sequence, frame)
        node = segmentationNode if frame == shown else stored
        taken[frame] = None
        if node is not None:
            labels = SegmentLabels(node.GetSegmentation(), segmentationNode, volumeNode)
            numbers[frame] = labels.numbers
            taken[frame] = (stored is not None and bool(analyzedFrames(stored)), labels)

    take(shown)
    observer = browser.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: take(browser.GetSelectedItemNumber()))
    try:
        for frame in frames:
            take(frame)
            found, taken[frame] = taken[frame], None
            if found is not None:
                yield frame, found[0], found[1].plane(0)
    finally:
        browser.RemoveObserver(observer)


def _requireThere(segmentationNode: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode) -> None:
    for node, what in ((segmentationNode, "outlines"), (volumeNode, "image of these outlines")):
        if node is None or node.GetScene() is None:
            raise InputError(f"the {what} left the scene", remedy="Analyze the image again")
