"""numpy arrays and VTK images: k, j, i order on the numpy side, nothing ever flipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import vtk
from numpy.typing import NDArray
from vtk.util import numpy_support

if TYPE_CHECKING:
    from .node_types import vtkImageData, vtkMatrix4x4, vtkMRMLVolumeNode


def imageFromArray(array: NDArray, color: bool = False) -> vtkImageData:
    """vtkImageData of spacing 1 and origin 0: a copy of `array` ``[K, J, I]``, or ``[K, J, I, 3]`` with `color`."""
    image = vtk.vtkImageData()
    planes, rows, columns = array.shape[:3]
    image.SetDimensions(columns, rows, planes)
    values = np.ascontiguousarray(array).reshape((-1, 3) if color else -1)
    scalars = numpy_support.numpy_to_vtk(values, deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    return image


def arrayFromImage(image: vtkImageData) -> NDArray:
    """``[K, J, I]`` view of the voxels of `image`, or ``[K, J, I, C]`` where it has C > 1 components."""
    columns, rows, planes = image.GetDimensions()
    values = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())
    return values.reshape((planes, rows, columns) if values.ndim == 1 else (planes, rows, columns, -1))


def matrixFromArray(array: NDArray) -> vtkMatrix4x4:
    """vtkMatrix4x4 of a ``[4, 4]`` array."""
    matrix = vtk.vtkMatrix4x4()
    matrix.DeepCopy(np.asarray(array, dtype=np.float64).ravel().tolist())
    return matrix


def arrayFromMatrix(matrix: vtkMatrix4x4) -> NDArray[np.float64]:
    """``[4, 4]`` array of a vtkMatrix4x4."""
    return np.array([[matrix.GetElement(row, column) for column in range(4)] for row in range(4)])


def ijkToRasOf(volumeNode: vtkMRMLVolumeNode) -> NDArray[np.float64]:
    """``[4, 4]`` IJK to RAS matrix of a volume node in mm, parent transforms left out."""
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    return arrayFromMatrix(matrix)
