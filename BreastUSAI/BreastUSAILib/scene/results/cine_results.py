"""Masks and heat maps of a cine as sequences that the browser of its image moves too."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

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
    sequence = _addSequenceLike(source, name)
    ijkToRas, values = ijkToRasOf(volumeNode), source.indexValues
    for frame in analysis.maps.frames:
        sequence.SetDataNodeAtValue(heatMapFrameNode(name, analysis.maps.heat_map(frame), ijkToRas), values[frame])
        yield
    if not analysis.maps.frames:
        # The browser makes no node of an empty sequence; a rejected cine gets one blank heat map instead.
        blank = np.zeros((analysis.input.rows, analysis.input.columns), np.float32)
        sequence.SetDataNodeAtValue(heatMapFrameNode(name, blank, ijkToRas), values[0])
    proxy = synchronize(source.browser, sequence, name, saveChanges=False)
    dressHeatMap(proxy, volumeNode, shows_flow(analysis.flags))
    return proxy


def _addSequenceLike(source: BrowsedSequence, name: str) -> vtkMRMLSequenceNode:
    """An empty sequence with the index of the image's."""
    like = source.sequence
    return addSequence(like.GetScene(), name, like.GetIndexName(), like.GetIndexUnit())
