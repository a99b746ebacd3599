"""Segments as lesion numbers on an image's own pixels, whatever voxels and transforms they have by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray

from ..mrml.image_data import arrayFromImage, arrayFromMatrix
from ..mrml.transforms import imageToOther, transformBetween
from .segment_numbers import segmentNumbers
from .segmentation_node import labelmapName

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLSegmentationNode, vtkMRMLVolumeNode, vtkSegmentation

_SAME_VOXELS = 0.01
"""How far (in voxels) two grids may lie apart and still count as one."""


class SegmentLabels:
    """The labels of one vtkSegmentation on the pixels of a volume node.

    Where the segments' voxels are the image's, in any extent, they are copied: so Slicer makes them from its reference
    geometry. Elsewhere (another geometry, another parent transform than the image's, linear or not) the nearest voxel
    counts. Where segments overlap, the later one covers the earlier, as in Slicer's own label maps. `numbers` are the
    lesions' numbers by segment id. What is painted afterwards changes no label: the segments' voxels are copied here.

    Args:
        segmentation: vtkSegmentation; one without binary label maps is converted, in a copy.
        segmentationNode: the node under whose parent transform it is.
        volumeNode: the image.

    Raises InputError for more segments than lesions can be numbered.
    """

    def __init__(
        self, segmentation: vtkSegmentation, segmentationNode: vtkMRMLSegmentationNode, volumeNode: vtkMRMLVolumeNode
    ) -> None:
        self._owner, self._volume = segmentationNode, volumeNode
        self._columns, self._rows, self._planes = volumeNode.GetImageData().GetDimensions()
        withLabelmaps = _withLabelmaps(segmentation)
        self.numbers = segmentNumbers(withLabelmaps)
        self._masks = _masksOf(withLabelmaps, self.numbers)
        self._offsets = [self._offsetOf(mask) for mask in self._masks]

    def plane(self, index: int) -> NDArray[np.uint8]:
        """Labels ``[J, I]`` of one slice of the image: 0 background, else the lesion's number."""
        labels = np.zeros((self._rows, self._columns), np.uint8)
        for mask, offset in zip(self._masks, self._offsets, strict=True):
            if offset is None:
                labels[self._nearest(mask, index)] = mask.number
            else:
                _copy(mask, offset, index, labels)
        return labels

    def _offsetOf(self, mask: _Mask) -> NDArray[np.int64] | None:
        """What to add to the mask's voxel indices to get the image's, or None where the grids differ."""
        if not slicer.vtkMRMLTransformNode.IsGeneralTransformLinear(transformBetween(self._volume, self._owner)):
            return None
        columns, rows, planes = self._columns, self._rows, self._planes
        corners = np.array([(0, 0, 0), (columns, 0, 0), (0, rows, 0), (0, 0, planes), (columns, rows, planes)])
        apart = corners - mask.indicesOf(imageToOther(self._volume, self._owner, corners))
        offset = np.rint(apart[0])
        return offset.astype(np.int64) if np.allclose(apart, offset, atol=_SAME_VOXELS) else None

    def _nearest(self, mask: _Mask, plane: int) -> NDArray[np.bool_]:
        """``[J, I]``: which pixels of a slice have their center in a voxel of the mask."""
        row, column = np.mgrid[0 : self._rows, 0 : self._columns]
        pixels = np.column_stack([column.ravel(), row.ravel(), np.full(row.size, plane)])
        places = mask.indicesOf(imageToOther(self._volume, self._owner, pixels))
        i, j, k = (np.rint(places).astype(np.int64) - mask.first).T
        voxels = mask.voxels
        depth, height, width = voxels.shape
        inside = (i >= 0) & (i < width) & (j >= 0) & (j < height) & (k >= 0) & (k < depth)
        hit = np.zeros(row.size, bool)
        hit[inside] = voxels[k[inside], j[inside], i[inside]] == mask.value
        return hit.reshape(row.shape)


@dataclass(frozen=True, eq=False)
class _Mask:
    """One segment: where `voxels` ``[K, J, I]`` are `value`; `first` is the index (i, j, k) of the first of them."""

    number: int
    value: int
    voxels: NDArray
    first: NDArray[np.int64]
    indexOfPlace: NDArray[np.float64]  # noqa: N815

    def indicesOf(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Continuous voxel indices ``[N, 3]`` of positions ``[N, 3]`` in the segmentation's coordinates."""
        return places @ self.indexOfPlace[:3, :3].T + self.indexOfPlace[:3, 3]


def _masksOf(segmentation: vtkSegmentation, numbers: Mapping[str, int]) -> list[_Mask]:
    """The segments that have voxels, in their order, on copies of these: Segment Editor paints into the images."""
    masks = []
    copies: dict[Any, NDArray] = {}  # segments share images
    for identifier, number in sorted(numbers.items(), key=lambda item: segmentation.GetSegmentIndex(item[0])):
        segment = segmentation.GetSegment(identifier)
        image = segment.GetRepresentation(labelmapName())
        if image is None or image.IsEmpty():
            continue
        if image not in copies:
            copies[image] = arrayFromImage(image).copy()  # takes a third of the time of vtkImageData.DeepCopy
        first = np.array(image.GetExtent()[::2], dtype=np.int64)
        matrix = vtk.vtkMatrix4x4()
        image.GetWorldToImageMatrix(matrix)
        masks.append(_Mask(number, segment.GetLabelValue(), copies[image], first, arrayFromMatrix(matrix)))
    return masks


def _withLabelmaps(segmentation: vtkSegmentation) -> vtkSegmentation:
    if segmentation.GetNumberOfSegments() == 0 or segmentation.ContainsRepresentation(labelmapName()):
        return segmentation
    copy = slicer.vtkSegmentation()
    copy.DeepCopy(segmentation)
    copy.CreateRepresentation(labelmapName())
    return copy


def _copy(mask: _Mask, offset: NDArray[np.int64], plane: int, labels: NDArray[np.uint8]) -> None:
    """Write the mask's voxels of one slice of the image into `labels` ``[J, I]``."""
    left, top, front = (mask.first + offset).tolist()
    voxels = mask.voxels
    depth, height, width = voxels.shape
    if not 0 <= plane - front < depth:
        return
    rows, columns = labels.shape
    down = slice(min(max(top, 0), rows), min(max(top + height, 0), rows))
    across = slice(min(max(left, 0), columns), min(max(left + width, 0), columns))
    part = voxels[plane - front, down.start - top : down.stop - top, across.start - left : across.stop - left]
    labels[down, across][part == mask.value] = mask.number
