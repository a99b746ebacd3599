"""Results of a still or a volume: one segmentation and one heat map over all of its slices."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from ...engine.findings.analysis import Analysis
from ...engine.findings.heat_map_colors import shows_flow
from ..images.heat_map_node import addHeatMapNode
from ..mrml.growing_image import GrowingImage
from ..outlines.label_stack import LabelStack
from ..outlines.outline_marks import markOf, setMarks
from ..outlines.segmentation_node import addSegmentationNode

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScalarVolumeNode, vtkMRMLScene, vtkMRMLSegmentationNode, vtkMRMLVolumeNode


def addStackSegmentation(
    scene: vtkMRMLScene, name: str, analysis: Analysis, volumeNode: vtkMRMLVolumeNode, terms: str
) -> Generator[None, None, vtkMRMLSegmentationNode]:
    """Masks of all slices in one segmentation, a slice at each step; lesions joined across slices are one segment."""
    stack, marks = LabelStack(), {}
    for frame in analysis.maps.frames:
        labels = analysis.cropped_segments(frame)
        stack.put(frame, labels)
        marks[frame] = markOf(labels)
        yield
    node = yield from addSegmentationNode(scene, name, stack, volumeNode, terms, analysis.maps.frames)
    setMarks(node, marks)
    return node


def addStackHeatMap(
    scene: vtkMRMLScene, name: str, analysis: Analysis, volumeNode: vtkMRMLVolumeNode
) -> Generator[None, None, vtkMRMLScalarVolumeNode]:
    """Heat maps of all slices as one volume, a slice at each step; slices that were not analyzed hold no heat."""
    columns, rows, planes = volumeNode.GetImageData().GetDimensions()
    image = GrowingImage(planes, rows, columns, np.float32)
    analyzed = set(analysis.maps.frames)
    for plane in range(planes):
        image.slices[plane] = analysis.maps.heat_map(plane) if plane in analyzed else 0
        yield
    return addHeatMapNode(scene, name, image.finished(), volumeNode, shows_flow(analysis.flags))
