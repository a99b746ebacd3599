"""What VTK complains about, collected instead of printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import vtk


@contextmanager
def collected_vtk_messages() -> Iterator[vtk.vtkStringOutputWindow]:
    """Within this block VTK's warnings and errors go to the given window; ask it with ``GetOutput()``."""
    before = vtk.vtkOutputWindow.GetInstance()
    window = vtk.vtkStringOutputWindow()
    vtk.vtkOutputWindow.SetInstance(window)
    try:
        yield window
    finally:
        vtk.vtkOutputWindow.SetInstance(before)
