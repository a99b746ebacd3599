"""What Segment Editor does to segmentation nodes: voxels painted or erased, segments added, renamed and removed."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray

from BreastUSAILib.scene.mrml.image_data import arrayFromImage


def paint(segmentation_node: Any, segment_id: str, volume_node: Any, mask: NDArray[np.bool_]) -> None:
    """Add the voxels of `mask` ``[K, J, I]``, on the image's pixels, to a segment; they leave any other."""
    _modify(segmentation_node, segment_id, volume_node, mask, slicer.vtkSlicerSegmentationsModuleLogic.MODE_MERGE_MASK)


def replace(segmentation_node: Any, segment_id: str, volume_node: Any, mask: NDArray[np.bool_]) -> None:
    """Make the segment exactly `mask` ``[K, J, I]``."""
    _modify(segmentation_node, segment_id, volume_node, mask, slicer.vtkSlicerSegmentationsModuleLogic.MODE_REPLACE)


def add_segment(segmentation_node: Any, name: str) -> str:
    """A new segment without voxels, as the editor's Add button makes it; returns its id."""
    return segmentation_node.GetSegmentation().AddEmptySegment("", name)


def box(volume_node: Any, planes: slice, rows: slice, columns: slice) -> NDArray[np.bool_]:
    """A mask ``[K, J, I]`` on the image's pixels."""
    mask = np.zeros(volume_node.GetImageData().GetDimensions()[::-1], bool)
    mask[planes, rows, columns] = True
    return mask


def _modify(segmentation_node: Any, segment_id: str, volume_node: Any, mask: NDArray[np.bool_], mode: int) -> None:
    """As Segment Editor's effects write: a label map on the reference geometry, cut to what was touched."""
    image = slicer.vtkOrientedImageData()
    found = np.argwhere(mask)
    first, last = found.min(axis=0), found.max(axis=0)
    image.SetExtent(first[2], last[2], first[1], last[1], first[0], last[0])
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    cut = mask[first[0] : last[0] + 1, first[1] : last[1] + 1, first[2] : last[2] + 1]
    arrayFromImage(image)[:] = cut
    to_ras = vtk.vtkMatrix4x4()
    volume_node.GetIJKToRASMatrix(to_ras)
    image.SetGeometryFromImageToWorldMatrix(to_ras)
    others = [one for one in segmentation_node.GetSegmentation().GetSegmentIDs() if one != segment_id]
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    assert logic.SetBinaryLabelmapToSegment(
        image, segmentation_node, segment_id, mode, image.GetExtent(), False, others
    )
