"""Masks and heat maps of a cine as sequences that the browser of its image moves too."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...engine.findings.analysis import Analysis
from ...engine.findings.heat_map_colors import shows_flow
from ..images.heat_map_node import dressHeatMap, heatMapFrameNode
from ..mrml.image_data import ijkToRasOf
from ..mrml.nodes import shareTransform
from ..mrml.sequences import BrowsedSequence, addSequence, synchronize
from ..outlines.outline_marks import NOTHING, markOf, setMarks
from ..outlines.segmentation_node import dressSegmentation, frameSegmentation

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMRMLScalarVolumeNode,
        vtkMRMLSegmentationNode,
        vtkMRMLSequenceNode,
        vtkMRMLVolumeNode,
    )


def addCineSegmentation(
    source: BrowsedSequence, name: str, analysis: Analysis, volumeNode: vtkMRMLVolumeNode, terms: str
) -> Generator[None, None, vtkMRMLSegmentationNode]:
    """Masks beside the image's sequence, a frame at each step; returns the browser's segmentation node.

    Every frame of the image gets an item, without segments where it was not analyzed, and the browser saves changes:
    only so does Slicer keep what is painted on a frame when the browser moves on.
    """
    sequence = _addSequenceLike(source, name)
    analyzed = set(analysis.maps.frames)
    for frame, value in enumerate(source.indexValues):
        labels = analysis.maps.cropped_labels(frame) if frame in analyzed else None
        item = frameSegmentation(name, labels, volumeNode, terms, frame)
        setMarks(item, {frame: NOTHING if labels is None else markOf(labels)})
        sequence.SetDataNodeAtValue(item, value)
        yield
    proxy = synchronize(source.browser, sequence, name, saveChanges=True)
    shareTransform(proxy, volumeNode)
    dressSegmentation(proxy, volumeNode)
    return proxy


def addCineHeatMap(
    source: BrowsedSequence, name: str, analysis: Analysis, volumeNode: vtkMRMLVolumeNode
) -> Generator[None, None, vtkMRMLScalarVolumeNode]:
    """Heat maps of the analyzed frames beside the image's sequence, a frame at each step; returns their proxy."""
    maps, onFlow = analysis.maps, shows_flow(analysis.flags)
    if maps.frames:
        return (yield from addCineMap(source, name, maps.heat_map, maps.frames, volumeNode, onFlow))
    # The browser makes no node of an empty sequence; a rejected cine gets one blank heat map instead.
    blank = np.zeros((analysis.input.rows, analysis.input.columns), np.float32)
    return (yield from addCineMap(source, name, lambda _frame: blank, (0,), volumeNode, onFlow))


def addCineMap(
    source: BrowsedSequence,
    name: str,
    mapOf: Callable[[int], NDArray[np.float32]],
    mapped: Iterable[int],
    volumeNode: vtkMRMLVolumeNode,
    onFlow: bool,
    isSigned: bool = False,
) -> Generator[None, None, vtkMRMLScalarVolumeNode]:
    """The same of any map: `mapOf` gives that of each `mapped` frame, ``[H, W]``, of which there is one at least."""
    sequence = _addSequenceLike(source, name)
    ijkToRas, values = ijkToRasOf(volumeNode), source.indexValues
    for frame in mapped:
        sequence.SetDataNodeAtValue(heatMapFrameNode(name, mapOf(frame), ijkToRas), values[frame])
        yield
    proxy = synchronize(source.browser, sequence, name, saveChanges=False)
    dressHeatMap(proxy, volumeNode, onFlow, isSigned)
    return proxy


def _addSequenceLike(source: BrowsedSequence, name: str) -> vtkMRMLSequenceNode:
    """An empty sequence with the index of the image's."""
    like = source.sequence
    return addSequence(like.GetScene(), name, like.GetIndexName(), like.GetIndexUnit())
