"""Where pixels lie in the world: through a node's own geometry and any parent transform, linear or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import slicer
import vtk
from numpy.typing import ArrayLike, NDArray
from vtk.util import numpy_support

from .image_data import arrayFromMatrix, ijkToRasOf

if TYPE_CHECKING:
    from .node_types import vtkGeneralTransform, vtkMRMLTransformableNode, vtkMRMLVolumeNode

RIGID_TOLERANCE = 1e-4
"""How far a parent transform may change lengths (relative) and still count as keeping them."""


def imageToWorld(volumeNode: vtkMRMLVolumeNode, ijk: ArrayLike) -> NDArray[np.float64]:
    """World positions ``[N, 3]`` in mm of the continuous voxel indices (column, row, slice) ``[N, 3]``."""
    return imageToOther(volumeNode, None, ijk)


def worldToImage(volumeNode: vtkMRMLVolumeNode, points: ArrayLike) -> NDArray[np.float64]:
    """Continuous voxel indices (column, row, slice) ``[N, 3]`` of world positions ``[N, 3]`` in mm."""
    local = _through(transformBetween(None, volumeNode), np.atleast_2d(np.asarray(points, dtype=np.float64)))
    return _apply(np.linalg.inv(ijkToRasOf(volumeNode)), local)


def transformBetween(
    fromNode: vtkMRMLTransformableNode | None, toNode: vtkMRMLTransformableNode | None
) -> vtkGeneralTransform:
    """vtkGeneralTransform from the coordinates of one transformable node to those of another; None: the world."""
    transform = vtk.vtkGeneralTransform()
    parents = (None if node is None else node.GetParentTransformNode() for node in (fromNode, toNode))
    slicer.vtkMRMLTransformNode.GetTransformBetweenNodes(*parents, transform)
    return transform


def imageToOther(
    volumeNode: vtkMRMLVolumeNode, otherNode: vtkMRMLTransformableNode | None, ijk: ArrayLike
) -> NDArray[np.float64]:
    """Positions ``[N, 3]`` of voxels ``[N, 3]`` in the coordinates of another transformable node; None: the world."""
    local = _apply(ijkToRasOf(volumeNode), np.atleast_2d(np.asarray(ijk, dtype=np.float64)))
    return _through(transformBetween(volumeNode, otherNode), local)


def keepsLengths(volumeNode: vtkMRMLVolumeNode) -> bool:
    """Whether a millimeter of the node is one of the world: its parent transforms only move, turn or mirror."""
    parent = volumeNode.GetParentTransformNode()
    if parent is None:
        return True
    if not parent.IsTransformToWorldLinear():
        return False
    matrix = vtk.vtkMatrix4x4()
    parent.GetMatrixTransformToWorld(matrix)
    axes = arrayFromMatrix(matrix)[:3, :3]
    return bool(np.allclose(axes.T @ axes, np.eye(3), atol=RIGID_TOLERANCE))


def _apply(matrix: NDArray[np.floating], points: NDArray) -> NDArray[np.float64]:
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def _through(transform: vtkGeneralTransform, points: NDArray[np.float64]) -> NDArray[np.float64]:
    before, after = vtk.vtkPoints(), vtk.vtkPoints()
    before.SetDataTypeToDouble()
    after.SetDataTypeToDouble()
    before.SetData(numpy_support.numpy_to_vtk(np.ascontiguousarray(points), deep=True))
    transform.TransformPoints(before, after)
    return numpy_support.vtk_to_numpy(after.GetData()).copy()
