"""The explanation as a scalar volume laid over the image."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from .image_data import ijkToRasOf, imageFromArray, matrixFromArray
from .nodes import addNode, shareTransform

COLOUR_TABLE_ID = "vtkMRMLColorTableNodeIron"
TRANSPARENT_BELOW = 0.25


def addHeatMapNode(scene: Any, name: str, heatMap: NDArray[np.float32], volumeNode: Any) -> Any:
    """A scalar volume of `heatMap` ``[K, J, I]`` (float32, 0 to 1) where `volumeNode` is."""
    node = addNode(scene, "vtkMRMLScalarVolumeNode", name)
    shareTransform(node, volumeNode)
    setHeatMap(node, heatMap, ijkToRasOf(volumeNode))
    dressHeatMap(node)
    return node


def heatMapFrameNode(name: str, heatMap: NDArray[np.float32], ijkToRas: NDArray[np.float64]) -> Any:
    """A volume node outside any scene that holds one frame's heat map ``[J, I]``, for an item of a sequence."""
    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetName(name)
    setHeatMap(node, heatMap[np.newaxis], ijkToRas)
    return node


def setHeatMap(node: Any, heatMap: NDArray[np.float32], ijkToRas: NDArray[np.float64]) -> None:
    """Give `node` the heat map ``[K, J, I]`` and the IJK to RAS matrix of the image it explains."""
    node.SetAndObserveImageData(imageFromArray(heatMap.astype(np.float32, copy=False)))
    node.SetIJKToRASMatrix(matrixFromArray(ijkToRas))


def dressHeatMap(node: Any) -> None:
    """Show 0 to 1 in every image alike (fixed window), and nothing at all where the heat is low."""
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(COLOUR_TABLE_ID)
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(0.0, 1.0)
    display.SetAutoThreshold(False)
    display.SetThreshold(TRANSPARENT_BELOW, 1.0)
    display.SetApplyThreshold(True)
