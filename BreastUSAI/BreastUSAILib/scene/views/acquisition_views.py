"""The slice views that show a volume along its own slices, and which slice they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..mrml.nodes import nodesOfClass
from ..mrml.transforms import imageToWorld, worldToImage

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLSliceNode, vtkMRMLVolumeNode


def viewsAlongSlices(volumeNode: vtkMRMLVolumeNode) -> list[vtkMRMLSliceNode]:
    """The slice nodes that are most nearly parallel to the slices of `volumeNode` in the middle of the volume.

    Views that show the volume as their background come before all others: these count only where no view shows it.
    """
    normal = sliceNormal(volumeNode)
    views = nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceNode")
    shown = _viewsShowing(volumeNode)
    candidates = [view for view in views if view.GetLayoutName() in shown] or views
    alignment = [abs(float(viewNormal(view) @ normal)) for view in candidates]
    best = max(alignment, default=0.0)
    return [view for view, value in zip(candidates, alignment, strict=True) if value > best - 1e-3]


def sliceShown(volumeNode: vtkMRMLVolumeNode) -> int:
    """Index of the slice that the view along the slices shows; the nearest where it lies outside, 0 without a view."""
    views = viewsAlongSlices(volumeNode)
    if not views:
        return 0
    toWorld = views[0].GetSliceToRAS()
    center = [toWorld.GetElement(axis, 3) for axis in range(3)]
    shown = round(float(worldToImage(volumeNode, center)[0, 2]))
    return min(max(shown, 0), volumeNode.GetImageData().GetDimensions()[2] - 1)


def sliceCenter(volumeNode: vtkMRMLVolumeNode, index: float) -> NDArray[np.float64]:
    """World position ``[3]`` of the middle of slice `index`."""
    columns, rows, _ = volumeNode.GetImageData().GetDimensions()
    return imageToWorld(volumeNode, [[(columns - 1) / 2, (rows - 1) / 2, index]])[0]


def sliceNormal(volumeNode: vtkMRMLVolumeNode) -> NDArray[np.float64]:
    """Unit normal of the middle slice in the world, from two of its own directions: transforms may shear."""
    columns, rows, planes = volumeNode.GetImageData().GetDimensions()
    i, j, k = (columns - 1) / 2, (rows - 1) / 2, (planes - 1) / 2
    middle, right, below = imageToWorld(volumeNode, [(i, j, k), (i + 1, j, k), (i, j + 1, k)])
    normal = np.cross(right - middle, below - middle)
    return normal / (np.linalg.norm(normal) or 1.0)


def viewNormal(view: vtkMRMLSliceNode) -> NDArray[np.float64]:
    """Unit normal ``[3]`` of a slice view in the world."""
    toWorld = view.GetSliceToRAS()
    return np.array([toWorld.GetElement(axis, 2) for axis in range(3)])


def _viewsShowing(volumeNode: vtkMRMLVolumeNode) -> set[str]:
    """Layout names of the views whose background is the volume."""
    composites = nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceCompositeNode")
    return {view.GetLayoutName() for view in composites if view.GetBackgroundVolumeID() == volumeNode.GetID()}
