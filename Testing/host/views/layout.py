"""The layout manager: shows the arrangement that the scene's layout node names."""

from __future__ import annotations

import slicer
import vtk

from BreastUSAILib.scene.mrml.nodes import nodesOfClass

SIDE = 600
"""Pixels of a view that is alone."""


class LayoutManager:
    """Maps the views of the arrangement, and no others; a slice view that is alone is larger than one of four.

    Args:
        scene: the scene; it gets a layout node.
    """

    def __init__(self, scene: slicer.vtkMRMLScene) -> None:
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLScene(scene)
        self._scene = scene
        self.node = self._logic.GetLayoutNode()
        self.node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._show)
        self.layout = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView

    @property
    def layout(self) -> int:
        """The arrangement that is shown."""
        return self.node.GetViewArrangement()

    @layout.setter
    def layout(self, arrangement: int) -> None:
        self.node.SetViewArrangement(arrangement)

    @property
    def slice_views(self) -> list[str]:
        """Names of the slice views on the screen."""
        views = nodesOfClass(self._scene, "vtkMRMLSliceNode")
        return [view.GetName() for view in views if view.IsMappedInLayout()]

    def _show(self, *_event: object) -> None:
        shown = self._logic.GetViewNodes()
        names = [shown.GetItemAsObject(index).GetName() for index in range(shown.GetNumberOfItems())]
        for view in nodesOfClass(self._scene, "vtkMRMLAbstractViewNode"):
            view.SetMappedInLayout(view.GetName() in names)
            if view.IsA("vtkMRMLSliceNode") and view.GetName() in names:
                side = SIDE if len(names) == 1 else SIDE // 2
                view.SetDimensions(side, side, 1)
