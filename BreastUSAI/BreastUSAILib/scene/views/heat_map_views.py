"""What slice views must be told when a heat map comes into their foreground or leaves it.

Its opacity is that of its colors. A scalar volume's display ends in an image of colors and one of opacities. Slicer
makes the latter all or nothing: a logical "and" of the threshold with the opacity of the color. For a heat map the
"and" is left out, in the copy of the display that each slice view keeps, so that no node changes. Where that is not
done (a scene opened without this module), the threshold stays, and the heat map ends at an edge.

Its legend is shown with it. Slicer looks at that when a person changes the foreground by the view's own controls, and
when the legend itself is modified, but not when a script changes the foreground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import vtk

from ..mrml.host import sliceLogics
from ..mrml.nodes import nodesOfClass
from .heat_map_table import TABLE_ATTRIBUTE

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkAlgorithm,
        vtkAlgorithmOutput,
        vtkMRMLDisplayNode,
        vtkMRMLScene,
        vtkMRMLSliceCompositeNode,
        vtkMRMLVolumeDisplayNode,
    )

_LAYERS = "vtkMRMLSliceCompositeNode"
_AFTER_SLICER = -1.0
"""Priority of an observer that is told when the slice view has followed the same event."""


def followForeground(scene: vtkMRMLScene) -> None:
    """Let the heat maps that are in the slice views' foreground now fade out, and show their legends alone."""
    for logic in sliceLogics(scene):
        layer = logic.GetForegroundLayer()
        for display in (layer.GetVolumeDisplayNode(), layer.GetVolumeDisplayNodeUVW()) if layer is not None else ():
            if display is not None and _isHeatMaps(display):
                _useColorsOpacity(display)
    for legend in nodesOfClass(scene, "vtkMRMLColorLegendDisplayNode"):
        display = legend.GetPrimaryDisplayNode()
        if display is not None and _isHeatMaps(display):
            legend.Modified()


class ForegroundWatch:
    """Calls `followForeground` whenever a slice view's layers change, by whatever way, until `stop`.

    A view that comes later, with a layout that shows more of them, is followed too.
    """

    def __init__(self, scene: vtkMRMLScene) -> None:
        self._scene = scene
        self._observed: list[tuple[Any, int]] = [(scene, scene.AddObserver(scene.NodeAddedEvent, self._onAdded))]
        for view in nodesOfClass(scene, _LAYERS):
            self._observe(view)
        followForeground(scene)

    def stop(self) -> None:
        """Follow the slice views no longer."""
        for observed, tag in self._observed:
            observed.RemoveObserver(tag)
        self._observed = []

    def _observe(self, view: vtkMRMLSliceCompositeNode) -> None:
        self._observed.append((view, view.AddObserver(vtk.vtkCommand.ModifiedEvent, self._onView, _AFTER_SLICER)))

    def _onView(self, *_event: object) -> None:
        followForeground(self._scene)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onAdded(self, _scene: vtkMRMLScene, _event: object, node: vtkMRMLSliceCompositeNode) -> None:
        if node.IsA(_LAYERS):
            self._observe(node)


def _isHeatMaps(display: vtkMRMLDisplayNode) -> bool:
    colors = display.GetColorNode()
    return colors is not None and colors.GetAttribute(TABLE_ATTRIBUTE) is not None


def _useColorsOpacity(display: vtkMRMLVolumeDisplayNode) -> None:
    """Does nothing where it was done before, or where this Slicer's display is built otherwise."""
    ending = _producer(display.GetOutputImageDataConnection())
    if ending is None or not ending.IsA("vtkImageAppendComponents") or ending.GetNumberOfInputConnections(0) != 2:
        return
    colors, opacity = (ending.GetInputConnection(0, place) for place in range(2))
    both = _producer(opacity)
    if both is not None and both.IsA("vtkImageLogic") and both.GetNumberOfInputConnections(1) == 1:
        ending.RemoveAllInputConnections(0)
        ending.AddInputConnection(0, colors)
        ending.AddInputConnection(0, both.GetInputConnection(1, 0))


def _producer(connection: vtkAlgorithmOutput | None) -> vtkAlgorithm | None:
    return None if connection is None else connection.GetProducer()
