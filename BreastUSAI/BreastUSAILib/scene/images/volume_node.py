"""The source image of an analysis as a volume node, the way Slicer's own loaders would show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import slicer
from numpy.typing import NDArray

from ...engine.images.frames import Frames, InputKind
from ..mrml.image_data import imageFromArray, matrixFromArray
from ..mrml.nodes import addNode

if TYPE_CHECKING:
    from ..mrml.node_types import vtkImageData, vtkMRMLScalarVolumeNode, vtkMRMLScene, vtkMRMLVolumeNode


def addVolumeNode(scene: vtkMRMLScene, frames: Frames) -> vtkMRMLScalarVolumeNode:
    """A new scalar (or vector, in color) volume node with every frame of a still or a volume as a slice."""
    node = addNode(scene, volumeClass(frames), frames.name)
    planes = range(frames.count) if frames.kind is InputKind.VOLUME else range(1)
    setPixels(node, np.stack([frames.read_frame(plane) for plane in planes]), frames)
    node.CreateDefaultDisplayNodes()
    return node


def frameNode(frames: Frames, index: int) -> vtkMRMLScalarVolumeNode:
    """A volume node outside any scene that holds frame `index` alone, for an item of a sequence."""
    node = getattr(slicer, volumeClass(frames))()
    node.SetName(frames.name)
    setPixels(node, frames.read_frame(index)[np.newaxis], frames)
    return node


def dressStackedVolume(
    node: vtkMRMLScalarVolumeNode, image: vtkImageData, frames: Frames, cineNode: vtkMRMLVolumeNode
) -> None:
    """Give `node` the pixels of the vtkImageData `image`, shown with the window of `cineNode`.

    The window is set before the node has voxels: Slicer would take its time to look at all of them for one of its own.
    """
    node.CreateDefaultDisplayNodes()
    display, shown = node.GetDisplayNode(), cineNode.GetDisplayNode()
    if not frames.has_color:
        display.SetAutoWindowLevel(False)
        display.SetAutoThreshold(False)
        if shown is not None:
            display.SetWindowLevelMinMax(shown.GetWindowLevelMin(), shown.GetWindowLevelMax())
    _setImage(node, image, frames)


def setPixels(node: vtkMRMLScalarVolumeNode, array: NDArray, frames: Frames) -> None:
    """Give `node` the pixels ``[K, J, I(, 3)]`` and the IJK to RAS matrix of `frames`."""
    _setImage(node, imageFromArray(array, color=frames.has_color), frames)


def _setImage(node: vtkMRMLScalarVolumeNode, image: vtkImageData, frames: Frames) -> None:
    node.SetAndObserveImageData(image)
    node.SetIJKToRASMatrix(matrixFromArray(frames.ijk_to_ras))
    if frames.has_color:
        node.SetVoxelVectorType(slicer.vtkMRMLVolumeNode.VoxelVectorTypeColorRGB)


def volumeClass(frames: Frames) -> str:
    """Name of the node class that shows these frames."""
    return "vtkMRMLVectorVolumeNode" if frames.has_color else "vtkMRMLScalarVolumeNode"
