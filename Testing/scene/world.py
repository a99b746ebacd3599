"""Where voxels lie in the world: through a node's own geometry and its parent transform, read from the node alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util import numpy_support

from BreastUSAILib.scene.mrml.image_data import arrayFromImage


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


def bent_transform(scene: Any) -> Any:
    """A grid transform that bends everything within 60 mm of the origin, the more the further out, as ABUS files do."""
    points, step_mm, first_mm = 13, 10.0, -60.0
    along = first_mm + step_mm * np.arange(points)
    z, y, x = np.meshgrid(along, along, along, indexing="ij")
    bend = np.stack([0.004 * y * y, 0.003 * x * y + 0.002 * z * x, 0.005 * x * x], axis=-1)
    grid = vtk.vtkImageData()
    grid.SetOrigin(first_mm, first_mm, first_mm)
    grid.SetSpacing(step_mm, step_mm, step_mm)
    grid.SetDimensions(points, points, points)
    grid.GetPointData().SetScalars(numpy_support.numpy_to_vtk(bend.reshape(-1, 3), deep=True))
    transform = slicer.vtkOrientedGridTransform()
    transform.SetDisplacementGridData(grid)
    node = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "Scan conversion")
    node.SetAndObserveTransformToParent(transform)
    return node


TRANSFORMS = {"tilted": tilted_transform, "bent": bent_transform}


def bright_points(volume_node: Any) -> NDArray[np.float64]:
    """World positions ``[N, 3]`` of the voxels with the image's highest value."""
    array = arrayFromImage(volume_node.GetImageData())
    gray = array[..., 0] if array.ndim == 4 else array
    matrix = vtk.vtkMatrix4x4()
    volume_node.GetIJKToRASMatrix(matrix)
    return _world(volume_node, np.argwhere(gray == gray.max())[:, ::-1], matrix)


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
    to_world = vtk.vtkGeneralTransform()
    parent = node.GetParentTransformNode()
    if parent is not None:
        parent.GetTransformToWorld(to_world)
    local = [ijk_to_local.MultiplyPoint([*map(float, place), 1.0])[:3] for place in ijk]
    return np.array([to_world.TransformPoint(place) for place in local])


def world_of(volume_node: Any, ijk: tuple[float, float, float]) -> NDArray[np.float64]:
    """World position ``[3]`` of a continuous voxel index (column, row, slice)."""
    matrix = vtk.vtkMatrix4x4()
    volume_node.GetIJKToRASMatrix(matrix)
    return _world(volume_node, np.array([ijk]), matrix)[0]
