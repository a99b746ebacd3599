"""The explanation as a scalar volume laid over the image."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from .image_data import ijkToRasOf, imageFromArray, matrixFromArray
from .nodes import IMAGE_ROLE, addNode, shareTransform

COLOUR_TABLE_ID = "vtkMRMLColorTableNodeIron"
TRANSPARENT_BELOW = 0.25


def addHeatMapNode(scene: Any, name: str, image: Any, volumeNode: Any) -> Any:
    """A scalar volume of the vtkImageData `image` (float32, 0 to 1) where `volumeNode` is."""
    node = addNode(scene, "vtkMRMLScalarVolumeNode", name)
    dressHeatMap(node, volumeNode)  # before it has voxels: Slicer would take its time to look at all of them
    node.SetAndObserveImageData(image)
    node.SetIJKToRASMatrix(matrixFromArray(ijkToRasOf(volumeNode)))
    return node


def heatMapFrameNode(name: str, heatMap: NDArray[np.float32], ijkToRas: NDArray[np.float64]) -> Any:
    """A volume node outside any scene that holds one frame's heat map ``[J, I]``, for an item of a sequence."""
    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetName(name)
    node.SetAndObserveImageData(imageFromArray(heatMap[np.newaxis].astype(np.float32, copy=False)))
    node.SetIJKToRASMatrix(matrixFromArray(ijkToRas))
    return node


def dressHeatMap(node: Any, volumeNode: Any) -> None:
    """Put it where the image is; show 0 to 1 in every image alike (fixed window), and no low heat at all."""
    shareTransform(node, volumeNode)
    node.SetNodeReferenceID(IMAGE_ROLE, volumeNode.GetID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(COLOUR_TABLE_ID)
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(0.0, 1.0)
    display.SetAutoThreshold(False)
    display.SetThreshold(TRANSPARENT_BELOW, 1.0)
    display.SetApplyThreshold(True)
