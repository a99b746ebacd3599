"""Results of a still or a volume: one segmentation and one heat map over all of its slices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

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
    maps, onFlow = analysis.maps, shows_flow(analysis.flags)
    return (yield from addStackMap(scene, name, maps.heat_map, maps.frames, volumeNode, onFlow))


def addStackMap(
    scene: vtkMRMLScene,
    name: str,
    mapOf: Callable[[int], NDArray[np.float32]],
    mapped: Collection[int],
    volumeNode: vtkMRMLVolumeNode,
    onFlow: bool,
    isSigned: bool = False,
) -> Generator[None, None, vtkMRMLScalarVolumeNode]:
    """The same of any map: `mapOf` gives that of a slice, ``[H, W]``, and the slices that are `mapped` have one."""
    columns, rows, planes = volumeNode.GetImageData().GetDimensions()
    image = GrowingImage(planes, rows, columns, np.float32)
    for plane in range(planes):
        image.slices[plane] = mapOf(plane) if plane in mapped else 0
        yield
    return addHeatMapNode(scene, name, image.finished(), volumeNode, onFlow, isSigned)
