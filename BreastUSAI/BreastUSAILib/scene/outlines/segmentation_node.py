"""Lesion masks as segmentation nodes: one segment for each lesion number."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

import numpy as np
import slicer
from numpy.typing import NDArray

from ...engine.findings.lesion_segment import lesion_color, lesion_name
from ...engine.findings.maps import CroppedLabels
from ..mrml.image_data import ijkToRasOf, matrixFromArray
from ..mrml.nodes import IMAGE_ROLE, addNode, shareTransform
from .label_stack import LabelStack

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene, vtkMRMLSegmentationNode, vtkMRMLVolumeNode, vtkSegment

ANALYSED_ATTRIBUTE = "BreastUSAI.analysed"
"""Indices of the frames that a segmentation node is the result of, separated by commas."""


def addSegmentationNode(
    scene: vtkMRMLScene,
    name: str,
    stack: LabelStack,
    volumeNode: vtkMRMLVolumeNode,
    terminology: str,
    analyzed: Iterable[int],
) -> Generator[None, None, vtkMRMLSegmentationNode]:
    """A segmentation on the voxels of `volumeNode`, under the same parent transform, in short steps.

    Label n becomes the segment "Lesion n". `terminology` is the serialized entry of every segment, `analyzed` are the
    slices that were looked at.
    """
    node = addNode(scene, "vtkMRMLSegmentationNode", name)
    node.SetAttribute(ANALYSED_ATTRIBUTE, ",".join(str(index) for index in analyzed))
    shareTransform(node, volumeNode)
    dressSegmentation(node, volumeNode)
    yield from setSegments(node, stack, ijkToRasOf(volumeNode), terminology)
    return node


def frameSegmentation(
    name: str, labels: CroppedLabels | None, volumeNode: vtkMRMLVolumeNode, terminology: str, frame: int
) -> vtkMRMLSegmentationNode:
    """A segmentation node outside any scene for one frame of a cine; `labels` None: not analyzed."""
    node = slicer.vtkMRMLSegmentationNode()
    node.SetName(name)
    if labels is not None:
        node.SetAttribute(ANALYSED_ATTRIBUTE, str(frame))
    geometry = matrixFromArray(ijkToRasOf(volumeNode))
    converter = slicer.vtkSegmentationConverter
    node.GetSegmentation().SetConversionParameter(
        converter.GetReferenceImageGeometryParameterName(),
        converter.SerializeImageGeometry(geometry, volumeNode.GetImageData()),
    )
    stack = LabelStack()
    if labels is not None:
        stack.put(0, labels)
    for _step in setSegments(node, stack, ijkToRasOf(volumeNode), terminology):
        pass
    return node


def analyzedFrames(node: vtkMRMLSegmentationNode) -> set[int]:
    """Indices of the frames that a segmentation node is the result of."""
    return {int(index) for index in (node.GetAttribute(ANALYSED_ATTRIBUTE) or "").split(",") if index.isdecimal()}


def dressSegmentation(node: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode) -> None:
    """Reference geometry from the volume, and the display as an outline that hides neither image nor heat map."""
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    node.SetNodeReferenceID(IMAGE_ROLE, volumeNode.GetID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetVisibility2DFill(False)
    display.SetVisibility2DOutline(True)
    display.SetOpacity2DOutline(1.0)
    display.SetOpacity2DFill(0.3)
    display.SetSliceIntersectionThickness(2)


def setSegments(
    node: vtkMRMLSegmentationNode, stack: LabelStack, ijkToRas: NDArray[np.float64], terminology: str
) -> Generator[None, None, None]:
    """Fill an empty segmentation node with one segment for each lesion number of `stack`, in short steps."""
    node.SetSourceRepresentationToBinaryLabelmap()
    labelmap = yield from stack.labelmap(ijkToRas)
    for number in stack.numbers:
        segment = slicer.vtkSegment()
        dressSegment(segment, number)
        segment.SetTerminology(terminology)
        segment.SetLabelValue(number)
        segment.AddRepresentation(labelmapName(), labelmap)
        node.GetSegmentation().AddSegment(segment, f"Lesion_{number}")


def dressSegment(segment: vtkSegment, number: int) -> None:
    """Name and color of lesion `number`."""
    segment.SetName(lesion_name(number))
    segment.SetColor(*(channel / 255 for channel in lesion_color(number)))


def labelmapName() -> str:
    """Under which name a segment keeps its voxels."""
    return slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
