"""A picture in a slice view of its own beside the image. It is no image of the scene: it is never saved with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import slicer
import vtk
from numpy.typing import NDArray

from ..mrml.image_data import imageFromArray
from ..mrml.nodes import nodesOfClass
from ..views.acquisition_views import sliceNormal, viewNormal
from ..views.layout import layoutOf
from ..views.slice_views import LEAST_ALIGNMENT, fitViews

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMatrix4x4,
        vtkMRMLLayoutNode,
        vtkMRMLScalarVolumeNode,
        vtkMRMLScene,
        vtkMRMLSliceNode,
        vtkMRMLVolumeNode,
    )


SIDE_BY_SIDE = slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView
LEFT, RIGHT = "Red", "Yellow"
"""The two slice views that this layout has."""


@dataclass
class ComparedPicture:
    """What is shown, and what was there before.

    Args:
        image: the image beside which the picture stands.
        node: the picture, hidden from lists and left out of saved scenes.
        layout: the layout node, or None outside the application.
        arrangement: how the views were arranged before.
        turned: how each of the two views was turned before, by name.
    """

    image: vtkMRMLVolumeNode
    node: vtkMRMLScalarVolumeNode
    layout: vtkMRMLLayoutNode | None
    arrangement: int
    turned: dict[str, vtkMatrix4x4]

    @property
    def isThere(self) -> bool:
        """Whether the picture is still in the scene."""
        return self.node.GetScene() is not None

    def close(self) -> None:
        """Take it out of the scene; arrangement and right view are as they were, unless somebody chose others."""
        scene = self.node.GetScene()
        if scene is None:
            return
        image = self.image if self.image.GetScene() is scene else None
        for composite in nodesOfClass(scene, "vtkMRMLSliceCompositeNode"):
            if composite.GetBackgroundVolumeID() == self.node.GetID():
                composite.SetBackgroundVolumeID(None if image is None else image.GetID())
        for name, matrix in self.turned.items():
            view = _viewOf(scene, name)
            if view is not None:
                view.GetSliceToRAS().DeepCopy(matrix)
                view.UpdateMatrices()
        if self.layout is not None and self.layout.GetViewArrangement() == SIDE_BY_SIDE:
            self.layout.SetViewArrangement(self.arrangement)
        display = self.node.GetDisplayNode()
        scene.RemoveNode(self.node)
        if display is not None:
            scene.RemoveNode(display)


def showBeside(volumeNode: vtkMRMLVolumeNode, pixels: NDArray, name: str) -> ComparedPicture:
    """Show gray pixels ``[H, W]`` in the right of two slice views, turned as an image of its own; `volumeNode` left."""
    scene = volumeNode.GetScene()
    layout = layoutOf(scene)
    views = {name: view for name in (LEFT, RIGHT) if (view := _viewOf(scene, name)) is not None}
    shown = ComparedPicture(
        volumeNode,
        _hiddenNode(scene, pixels, name),
        layout,
        0 if layout is None else layout.GetViewArrangement(),
        {name: _copied(view.GetSliceToRAS()) for name, view in views.items()},
    )
    if layout is not None:
        layout.SetViewArrangement(SIDE_BY_SIDE)
    for composite in nodesOfClass(scene, "vtkMRMLSliceCompositeNode"):
        if composite.GetLayoutName() == RIGHT:
            composite.SetForegroundVolumeID(None)
            composite.SetBackgroundVolumeID(shown.node.GetID())
    if RIGHT in views:
        views[RIGHT].SetOrientation("Axial")
    if LEFT in views and abs(float(viewNormal(views[LEFT]) @ sliceNormal(volumeNode))) <= LEAST_ALIGNMENT:
        views[LEFT].RotateToVolumePlane(volumeNode)  # it would show a flat image from its edge
    fitViews(scene)
    return shown


def _hiddenNode(scene: vtkMRMLScene, pixels: NDArray, name: str) -> vtkMRMLScalarVolumeNode:
    node = slicer.vtkMRMLScalarVolumeNode()
    node.SetName(name)
    node.SetHideFromEditors(True)  # before it enters the scene: lists never show it, and nobody analyzes it
    node.SetSaveWithScene(False)  # another patient's case, or a changed image, stays out of this patient's files
    node.SetAndObserveImageData(imageFromArray(np.ascontiguousarray(pixels)[np.newaxis], color=False))
    node.SetIJKToRASDirections(-1, 0, 0, 0, -1, 0, 0, 0, 1)  # as Slicer loads a still
    node = scene.AddNode(node)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    if display is not None:
        display.SetSaveWithScene(False)
    return node


def _viewOf(scene: vtkMRMLScene, name: str) -> vtkMRMLSliceNode | None:
    return next((view for view in nodesOfClass(scene, "vtkMRMLSliceNode") if view.GetName() == name), None)


def _copied(matrix: vtkMatrix4x4) -> vtkMatrix4x4:
    copy = vtk.vtkMatrix4x4()
    copy.DeepCopy(matrix)
    return copy
