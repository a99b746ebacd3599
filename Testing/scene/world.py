"""Where voxels lie in the world: through a node's own geometry and its parent transform, read from the node alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray

from BreastUSAILib.scene.image_data import arrayFromImage


def tilted_transform(scene: Any) -> Any:
    """A linear transform that moves, turns about every axis and mirrors nothing, so that a mistake shows."""
    transform = vtk.vtkTransform()
    transform.Translate(30, -20, 7)
    transform.RotateX(25)
    transform.RotateY(-40)
    transform.RotateZ(65)
    node = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Probe")
    node.SetMatrixTransformToParent(transform.GetMatrix())
    return node


def bright_points(volume_node: Any) -> NDArray[np.float64]:
    """World positions ``[N, 3]`` of the voxels with the image's highest value."""
    array = arrayFromImage(volume_node.GetImageData())
    grey = array[..., 0] if array.ndim == 4 else array
    matrix = vtk.vtkMatrix4x4()
    volume_node.GetIJKToRASMatrix(matrix)
    return _world(volume_node, np.argwhere(grey == grey.max())[:, ::-1], matrix)


def lesion_starts(segmentation_node: Any, name: str = "Lesion 1") -> NDArray[np.float64]:
    """World positions ``[N, 3]`` of the leftmost voxel of the named segment in every slice."""
    segmentation = segmentation_node.GetSegmentation()
    segment_id = segmentation.GetSegmentIdBySegmentName(name)
    image = slicer.vtkOrientedImageData()
    segmentation_node.GetBinaryLabelmapRepresentation(segment_id, image)
    matrix = vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(matrix)
    extent = image.GetExtent()
    mask = arrayFromImage(image) > 0
    starts = [
        (int(np.argwhere(plane.any(axis=0))[0, 0]), int(np.argwhere(plane.any(axis=1))[0, 0]), k)
        for k, plane in enumerate(mask)
        if plane.any()
    ]
    return _world(segmentation_node, np.asarray(starts) + extent[::2], matrix)


def _world(node: Any, ijk: NDArray, ijk_to_local: vtk.vtkMatrix4x4) -> NDArray[np.float64]:
    to_world = vtk.vtkMatrix4x4()
    parent = node.GetParentTransformNode()
    if parent is not None:
        parent.GetMatrixTransformToWorld(to_world)
    vtk.vtkMatrix4x4.Multiply4x4(to_world, ijk_to_local, to_world)
    matrix = np.array([[to_world.GetElement(row, column) for column in range(4)] for row in range(4)])
    return (np.c_[ijk, np.ones(len(ijk))] @ matrix.T)[:, :3]
