"""Lesion numbers of the slices of one image, kept as the rectangles around them until they become a label map."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray
from vtk.util import numpy_support

from ...engine.images.frames import Rectangle
from ..mrml.image_data import arrayFromImage, matrixFromArray


@dataclass(frozen=True)
class _Part:
    """Labels of one slice, cut out around all of its lesions, and where that was."""

    top: int
    left: int
    labels: NDArray[np.integer]

    @property
    def bottom(self) -> int:
        return self.top + self.labels.shape[0]

    @property
    def right(self) -> int:
        return self.left + self.labels.shape[1]


def numbersIn(labels: NDArray[np.integer]) -> list[int]:
    """The lesion numbers that occur in an array of labels, ascending."""
    # np.unique would load numpy.ma at its first call, which takes a tenth of a second
    return (np.flatnonzero(np.bincount(labels.ravel())[1:]) + 1).tolist()


class LabelStack:
    """Collects labels slice by slice, in little memory; slices that are never put hold no lesion."""

    def __init__(self) -> None:
        self._parts: dict[int, _Part] = {}
        self._numbers: set[int] = set()

    @property
    def numbers(self) -> list[int]:
        """Every lesion number that occurs, ascending."""
        return sorted(self._numbers)

    def put(self, plane: int, labels: NDArray[np.integer]) -> None:
        """Labels ``[J, I]`` of slice `plane`: 0 background, else the lesion's number."""
        around = Rectangle.around(labels)
        if not around.area:
            return
        box = labels[around.slices].copy()
        self._parts[plane] = _Part(around.y, around.x, box)
        self._numbers |= set(numbersIn(box))

    def labelmap(self, ijkToRas: NDArray[np.float64]) -> Generator[None, None, Any]:
        """vtkOrientedImageData of the lesions' bounding box alone, filled a slice at each step; None without a lesion.

        Its extent starts where the box lies in the image, so that the voxels stay where they were.
        """
        if not self._parts:
            return None
        parts = self._parts.values()
        top, left = min(part.top for part in parts), min(part.left for part in parts)
        bottom, right = max(part.bottom for part in parts), max(part.right for part in parts)
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
                rows, columns = slice(part.top - top, part.bottom - top), slice(part.left - left, part.right - left)
                voxels[plane - first, rows, columns] = part.labels
            yield
        image.GetPointData().GetScalars().Modified()
        image.SetGeometryFromImageToWorldMatrix(matrixFromArray(ijkToRas))
        return image
