"""Slice views as Slicer draws them, without a screen: image, layers, outlines and ruler as pixels."""

from __future__ import annotations

import os
from contextlib import suppress
from ctypes import CDLL
from ctypes.util import find_library
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray
from vtk.util import numpy_support

from BreastUSAILib.scene.mrml.host import SceneHost

MANAGERS = (
    "vtkMRMLSegmentationsDisplayableManager2D",
    "vtkMRMLModelSliceDisplayableManager",
    "vtkMRMLRulerDisplayableManager",
    "vtkMRMLColorLegendDisplayableManager",
    "vtkMRMLMarkupsDisplayableManager",
)


def why_no_rendering() -> str | None:
    """What is missing for offscreen rendering and how to get it, or None."""
    with suppress(OSError):
        CDLL(find_library("EGL") or "libEGL.so.1")
        return None
    return "rendering slice views needs EGL: apt-get install libegl1"


def render_slice(
    host: SceneHost, width: int = 512, height: int = 512, fit: bool = True, legends: bool = False
) -> NDArray[np.uint8]:
    """The Red slice view of the scene as RGB ``[height, width, 3]``, row 0 at the top.

    With `fit` it is first moved to show the whole image; without, it shows the place where the view is. Color legends
    are left out unless `legends`.
    """
    os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = "vtkEGLRenderWindow"
    slice_node = host.sliceLogic.GetSliceNode()
    if fit:
        host.sliceLogic.FitSliceToBackground(width, height)
    slice_node.SetDimensions(width, height, 1)
    if fit:
        host.sliceLogic.SnapSliceOffsetToIJK()

    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetSize(width, height)
    renderer = vtk.vtkRenderer()
    renderer.GetActiveCamera().ParallelProjectionOn()
    window.AddRenderer(renderer)
    interactor = vtk.vtkGenericRenderWindowInteractor()
    interactor.SetRenderWindow(window)
    renderer.AddViewProp(_image_of(host.sliceLogic))

    _have_markups(host)
    factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
    factory.SetMRMLApplicationLogic(host.applicationLogic)
    for manager in MANAGERS:
        if not factory.IsDisplayableManagerRegistered(manager):
            factory.RegisterDisplayableManager(manager)
    group = factory.InstantiateDisplayableManagers(renderer)
    group.SetMRMLDisplayableNode(slice_node)
    if legends:
        _notice_legends(host.sliceLogic.GetSliceCompositeNode())
    window.Render()
    pixels = _pixels_of(window)
    group.SetMRMLDisplayableNode(None)
    return pixels


def save_picture(pixels: NDArray[np.uint8], path: Path) -> None:
    """Write RGB ``[H, W, 3]`` as PNG."""
    from PIL import Image

    Image.fromarray(pixels).save(path)


def _have_markups(host: SceneHost) -> None:
    """Lines and points are drawn by widgets that the application's Markups module knows."""
    if host.applicationLogic.GetModuleLogic("Markups") is None:
        logic = slicer.vtkSlicerMarkupsLogic()
        logic.SetMRMLApplicationLogic(host.applicationLogic)
        logic.SetMRMLScene(host.scene)
        host.applicationLogic.SetModuleLogic("Markups", logic)
        host.modules.markups = SimpleNamespace(logic=lambda: logic)  # which alone keeps it


def _notice_legends(composite: slicer.vtkMRMLSliceCompositeNode) -> None:
    """A view in the application was there before the legends, and heard of each; here it hears of a change by hand."""
    flags = composite.GetInteractionFlags()
    composite.SetInteractionFlags(composite.ForegroundVolumeFlag)
    composite.Modified()
    composite.SetInteractionFlags(flags)


def _image_of(slice_logic: slicer.vtkMRMLSliceLogic) -> vtk.vtkActor2D:
    mapper = vtk.vtkImageMapper()
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    mapper.SetInputConnection(slice_logic.GetImageDataConnection())
    actor = vtk.vtkActor2D()
    actor.SetMapper(mapper)
    actor.GetProperty().SetDisplayLocationToBackground()
    return actor


def _pixels_of(window: vtk.vtkRenderWindow) -> NDArray[np.uint8]:
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.Update()
    image = grab.GetOutput()
    columns, rows, _ = image.GetDimensions()
    bottom_up = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(rows, columns, 3)
    return bottom_up[::-1].copy()
