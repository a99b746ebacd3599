"""Lesion masks as segmentation nodes: one segment for each lesion number."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from ..engine.lesion_segment import lesion_colour, lesion_name
from .image_data import fillImage, ijkToRasOf, matrixFromArray
from .nodes import addNode, shareTransform


def addSegmentationNode(scene: Any, name: str, labels: NDArray[np.uint8], volumeNode: Any, terminology: str) -> Any:
    """A segmentation of `labels` ``[K, J, I]`` on the voxels of `volumeNode`, under the same parent transform.

    Label n becomes the segment "Lesion n". `terminology` is the serialised entry of every segment.
    """
    node = addNode(scene, "vtkMRMLSegmentationNode", name)
    shareTransform(node, volumeNode)
    dressSegmentation(node, volumeNode)
    setSegments(node, labels, ijkToRasOf(volumeNode), terminology)
    return node


def dressSegmentation(node: Any, volumeNode: Any) -> None:
    """Reference geometry from the volume, and the display as an outline that hides neither image nor heat map."""
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetVisibility2DFill(False)
    display.SetVisibility2DOutline(True)
    display.SetOpacity2DOutline(1.0)
    display.SetSliceIntersectionThickness(2)


def setSegments(node: Any, labels: NDArray[np.uint8], ijkToRas: NDArray[np.float64], terminology: str) -> None:
    """Fill an empty segmentation node with one segment for each label above 0 in `labels` ``[K, J, I]``."""
    node.SetSourceRepresentationToBinaryLabelmap()
    numbers = [int(number) for number in np.unique(labels) if number]
    if not numbers:
        return
    labelmap = _croppedLabelmap(labels, ijkToRas)
    for number in numbers:
        segment = slicer.vtkSegment()
        segment.SetName(lesion_name(number))
        segment.SetColor(*(channel / 255 for channel in lesion_colour(number)))
        segment.SetTerminology(terminology)
        segment.SetLabelValue(number)
        segment.AddRepresentation(_labelmapName(), labelmap)
        node.GetSegmentation().AddSegment(segment, f"Lesion_{number}")


def _croppedLabelmap(labels: NDArray[np.uint8], ijkToRas: NDArray[np.float64]) -> Any:
    """The lesions' bounding box alone: an extent that starts there keeps the voxels where they were."""
    first = [int(axis.min()) for axis in labels.nonzero()]
    last = [int(axis.max()) for axis in labels.nonzero()]
    image = slicer.vtkOrientedImageData()
    box = labels[first[0] : last[0] + 1, first[1] : last[1] + 1, first[2] : last[2] + 1]
    fillImage(image, box)
    image.SetExtent(first[2], last[2], first[1], last[1], first[0], last[0])
    image.SetGeometryFromImageToWorldMatrix(matrixFromArray(ijkToRas))
    return image


def _labelmapName() -> str:
    return slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
