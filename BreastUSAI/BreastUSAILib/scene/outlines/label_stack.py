"""Lesion numbers of the slices of one image, kept as the rectangles around them until they become a label map."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import slicer
from numpy.typing import NDArray
from vtk.util import numpy_support

from ...engine.findings.maps import CroppedLabels
from ..mrml.image_data import arrayFromImage, matrixFromArray

if TYPE_CHECKING:
    from ..mrml.node_types import vtkOrientedImageData


def numbersIn(labels: NDArray[np.integer]) -> list[int]:
    """The lesion numbers that occur in an array of labels, ascending."""
    # np.unique would load numpy.ma at its first call, which takes a tenth of a second
    return (np.flatnonzero(np.bincount(labels.ravel())[1:]) + 1).tolist()


class LabelStack:
    """Collects labels slice by slice, in little memory; slices that are never put hold no lesion."""

    def __init__(self) -> None:
        self._parts: dict[int, CroppedLabels] = {}
        self._numbers: set[int] = set()

    @property
    def numbers(self) -> list[int]:
        """Every lesion number that occurs, ascending."""
        return sorted(self._numbers)

    def put(self, plane: int, labels: CroppedLabels) -> None:
        """The labels of slice `plane`, which are kept as they are handed over."""
        if labels.box.area:
            self._parts[plane] = labels
            self._numbers |= set(numbersIn(labels.labels))

    def labelmap(self, ijkToRas: NDArray[np.float64]) -> Generator[None, None, vtkOrientedImageData | None]:
        """vtkOrientedImageData of the lesions' bounding box alone, filled a slice at each step; None without a lesion.

        Its extent starts where the box lies in the image, so that the voxels stay where they were.
        """
        if not self._parts:
            return None
        boxes = [part.box for part in self._parts.values()]
        top, left = min(box.y for box in boxes), min(box.x for box in boxes)
        bottom, right = max(box.y + box.height for box in boxes), max(box.x + box.width for box in boxes)
        first, last = min(self._parts), max(self._parts)
        dtype = np.dtype(np.uint8 if max(self._numbers) <= np.iinfo(np.uint8).max else np.uint16)
        image = slicer.vtkOrientedImageData()
        image.SetExtent(left, right - 1, top, bottom - 1, first, last)
        image.AllocateScalars(numpy_support.get_vtk_array_type(dtype), 1)
        image.GetPointData().GetScalars().SetName("ImageScalars")
        voxels = arrayFromImage(image)
        for plane in range(first, last + 1):
            voxels[plane - first] = 0
            part = self._parts.get(plane)
            if part is not None:
                here = replace(part.box, x=part.box.x - left, y=part.box.y - top)
                voxels[plane - first][here.slices] = part.labels
            yield
        image.GetPointData().GetScalars().Modified()
        image.SetGeometryFromImageToWorldMatrix(matrixFromArray(ijkToRas))
        return image
