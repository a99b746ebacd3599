"""The explanation as a scalar volume laid over the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import slicer
from numpy.typing import NDArray

from ..mrml.image_data import ijkToRasOf, imageFromArray, matrixFromArray
from ..mrml.nodes import IMAGE_ROLE, addNode, shareTransform
from ..views.heat_map_table import addLegend, heatMapTable

if TYPE_CHECKING:
    from ..mrml.node_types import vtkImageData, vtkMRMLScalarVolumeNode, vtkMRMLScene, vtkMRMLVolumeNode

TRANSPARENT_BELOW = 0.25
"""Where no view lets the heat map fade out (see `heat_map_views`), less heat is not shown."""


def addHeatMapNode(
    scene: vtkMRMLScene,
    name: str,
    image: vtkImageData,
    volumeNode: vtkMRMLVolumeNode,
    onFlow: bool,
    isSigned: bool = False,
) -> vtkMRMLScalarVolumeNode:
    """A scalar volume of the vtkImageData `image` where `volumeNode` is, with the display of `dressHeatMap`.

    float32, 0 to 1 or signed -1 to 1.
    """
    node = addNode(scene, "vtkMRMLScalarVolumeNode", name)
    dressHeatMap(
        node, volumeNode, onFlow, isSigned
    )  # before it has voxels: Slicer would take its time to look at all of them
    node.SetAndObserveImageData(image)
    node.SetIJKToRASMatrix(matrixFromArray(ijkToRasOf(volumeNode)))
    return node


def heatMapFrameNode(name: str, heatMap: NDArray[np.float32], ijkToRas: NDArray[np.float64]) -> vtkMRMLScalarVolumeNode:
    """A volume node outside any scene that holds one frame's heat map ``[J, I]``, for an item of a sequence."""
    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetName(name)
    node.SetAndObserveImageData(imageFromArray(heatMap[np.newaxis].astype(np.float32, copy=False)))
    node.SetIJKToRASMatrix(matrixFromArray(ijkToRas))
    return node


def dressHeatMap(
    node: vtkMRMLScalarVolumeNode, volumeNode: vtkMRMLVolumeNode, onFlow: bool, isSigned: bool = False
) -> None:
    """Put it where the image is; show 0 to 1, or -1 to 1, in every image alike (fixed window), with a legend.

    `onFlow`: over color Doppler.
    """
    shareTransform(node, volumeNode)
    node.SetNodeReferenceID(IMAGE_ROLE, volumeNode.GetID())
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetAndObserveColorNodeID(heatMapTable(node.GetScene(), onFlow, isSigned).GetID())
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(-1.0 if isSigned else 0.0, 1.0)
    display.SetAutoThreshold(False)
    display.SetThreshold(-1.0 if isSigned else TRANSPARENT_BELOW, 1.0)  # no threshold leaves out a middle
    display.SetApplyThreshold(True)
    addLegend(node)
