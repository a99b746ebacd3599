"""The outlines of a result as they are now, on the image's own pixels: as found, or as a reader left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import InputError
from .browsing import BrowsedSequence, sequenceBehind
from .node_pixels import requirePixels
from .segment_labels import SegmentLabels
from .segmentation_node import analysedFrames


def editedMasks(segmentationNode: Any, volumeNode: Any, browser: Any = None) -> Mapping[int, NDArray[np.uint8]]:
    """Frame -> labels ``[H, W]``: 0 background, else the lesion's number (`segment_numbers.segmentNumbers`).

    The frames are those that the result looked at, with or without a lesion, and every other that a reader outlined
    something on. Of a cine, the frame that the browser shows is taken from `segmentationNode` itself, the others from
    its sequence; a segmentation without a sequence is about the frame that is shown alone. Labels are made when asked
    for, from the nodes as they are then; the nodes are not changed.

    Args:
        segmentationNode: a result's, or any other.
        volumeNode: the image: still, volume, or the proxy of a cine.
        browser: the sequence browser of a cine; None finds it.

    Raises:
        InputError: one of the nodes is gone or empty, or there are too many segments.
    """
    for node, what in ((segmentationNode, "outlines"), (volumeNode, "image of these outlines")):
        if node is None or node.GetScene() is None:
            raise InputError(f"the {what} left the scene", remedy="Analyze the image again")
    requirePixels(volumeNode)
    browsed = sequenceBehind(volumeNode)
    if browsed is None or browsed.sequence.GetNumberOfDataNodes() < 2:
        return _StackMasks(segmentationNode, volumeNode)
    return _CineMasks(segmentationNode, volumeNode, BrowsedSequence(browser or browsed.browser, browsed.sequence))


class _StackMasks(Mapping[int, NDArray[np.uint8]]):
    """Of a still or a volume."""

    def __init__(self, segmentationNode: Any, volumeNode: Any) -> None:
        self._labels = SegmentLabels(segmentationNode.GetSegmentation(), segmentationNode, volumeNode)
        planes = volumeNode.GetImageData().GetDimensions()[2]
        analysed = analysedFrames(segmentationNode)
        self._frames = [plane for plane in range(planes) if plane in analysed or self._labels.plane(plane).any()]

    def __getitem__(self, frame: int) -> NDArray[np.uint8]:
        if frame not in self._frames:
            raise KeyError(frame)
        return self._labels.plane(frame)

    def __iter__(self) -> Iterator[int]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)


class _CineMasks(Mapping[int, NDArray[np.uint8]]):
    """Of a cine: a segmentation for each frame."""

    def __init__(self, segmentationNode: Any, volumeNode: Any, source: BrowsedSequence) -> None:
        self._owner, self._volume = segmentationNode, volumeNode
        shown = source.browser.GetSelectedItemNumber()
        sequence = source.browser.GetSequenceNode(segmentationNode)
        nodes = {} if sequence is None else _stored(sequence, source)
        analysed = {frame for frame, node in nodes.items() if analysedFrames(node)}
        nodes[shown] = segmentationNode
        self._nodes = {
            frame: node
            for frame, node in sorted(nodes.items())
            if frame in analysed or self._labelsOf(node).plane(0).any()
        }

    def __getitem__(self, frame: int) -> NDArray[np.uint8]:
        return self._labelsOf(self._nodes[frame]).plane(0)

    def __iter__(self) -> Iterator[int]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def _labelsOf(self, node: Any) -> SegmentLabels:
        return SegmentLabels(node.GetSegmentation(), self._owner, self._volume)


def _stored(sequence: Any, source: BrowsedSequence) -> dict[int, Any]:
    """Frame -> the node in the segmentations' sequence at the same index value."""
    nodes = {}
    for frame, value in enumerate(source.indexValues):
        isInStep = sequence.GetNthIndexValue(frame) == value  # the usual case, without a search
        node = sequence.GetNthDataNode(frame) if isInStep else sequence.GetDataNodeAtValue(value, True)
        if node is not None:
            nodes[frame] = node
    return nodes
