"""An image that is filled slice by slice, so that no step of it takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import vtk
from numpy.typing import DTypeLike, NDArray
from vtk.util import numpy_support

if TYPE_CHECKING:
    from .node_types import vtkImageData


class GrowingImage:
    """Memory for an image ``[K, J, I]``, or ``[K, J, I, C]`` with C above 1 components; every slice is to be filled.

    Attributes:
        slices: a view of the memory, to be written to.
    """

    def __init__(self, planes: int, rows: int, columns: int, dtype: DTypeLike, components: int = 1) -> None:
        self._image = vtk.vtkImageData()
        self._image.SetDimensions(columns, rows, planes)
        self._image.AllocateScalars(numpy_support.get_vtk_array_type(np.dtype(dtype)), components)
        self._image.GetPointData().GetScalars().SetName("ImageScalars")
        shape = (planes, rows, columns) if components == 1 else (planes, rows, columns, components)
        values = numpy_support.vtk_to_numpy(self._image.GetPointData().GetScalars())
        self.slices: NDArray = values.reshape(shape)

    def finished(self) -> vtkImageData:
        """The vtkImageData; nothing may be written to it from here on."""
        self._image.GetPointData().GetScalars().Modified()
        return self._image
