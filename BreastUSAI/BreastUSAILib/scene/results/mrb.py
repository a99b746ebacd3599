"""A scene as one `.mrb` file that Slicer opens."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import slicer
import vtk

from ...engine.errors import OutputError
from ...engine.findings.analysis import Analysis
from ...engine.images.frames import Frames
from ..mrml.host import openHost
from .show import showAnalysis

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene

VIEW_SIZE_PX = 512


def writeAnalysisScene(analysis: Analysis, frames: Frames, path: Path) -> None:
    """Save image, masks, heat map and findings as a scene of their own, outside the application.

    Raises OutputError where the file cannot be written.
    """
    host = openHost()
    showAnalysis(analysis, frames, scene=host.scene)
    host.sliceLogic.FitSliceToBackground(VIEW_SIZE_PX, VIEW_SIZE_PX)
    saveScene(host.scene, path)


def saveScene(scene: vtkMRMLScene, path: Path) -> None:
    """Write `scene` to `path` (``.mrb``): the whole file appears at once, or none. Raises OutputError."""
    try:
        # WriteToMRB changes the working folder, so that a relative path would lead elsewhere
        with tempfile.TemporaryDirectory(prefix=".breastusai-", dir=path.parent.absolute()) as folder:
            unfinished = Path(folder) / path.name
            with _quietVtk():
                written = scene.WriteToMRB(str(unfinished), None, slicer.vtkMRMLMessageCollection())
            if not written or not unfinished.is_file():
                free = shutil.disk_usage(folder).free // 1_000_000
                raise _notWritten(path, f"the scene could not be written, with {free} MB of the disk free")
            os.replace(unfinished, path)
    except OSError as error:
        raise _notWritten(path, error.strerror or str(error)) from error


def _notWritten(path: Path, problem: str) -> OutputError:
    return OutputError(problem, where=path, remedy="Choose a folder that can be written to and has space left")


@contextmanager
def _quietVtk() -> Iterator[None]:
    # What goes wrong is raised as one sentence; VTK would say it again on the console, file by file.
    shown = vtk.vtkObject.GetGlobalWarningDisplay()
    vtk.vtkObject.GlobalWarningDisplayOff()
    try:
        yield
    finally:
        vtk.vtkObject.SetGlobalWarningDisplay(shown)
