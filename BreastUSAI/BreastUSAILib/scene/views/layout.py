"""The layout of the views that shows an image best: one slice view for a flat image, three for a volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import slicer

from ..mrml.nodes import nodesOfClass
from .acquisition_views import sliceNormal, viewNormal

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLLayoutNode, vtkMRMLScene, vtkMRMLVolumeNode

ONE_VIEW = {
    "Red": slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpRedSliceView,
    "Green": slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpGreenSliceView,
    "Yellow": slicer.vtkMRMLLayoutNode.SlicerLayoutOneUpYellowSliceView,
}
THREE_VIEWS = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView


def layoutOf(scene: vtkMRMLScene) -> vtkMRMLLayoutNode | None:
    """The node that holds the arrangement of the views, or None outside the application."""
    return next(iter(nodesOfClass(scene, "vtkMRMLLayoutNode")), None)


def isVolume(volumeNode: vtkMRMLVolumeNode) -> bool:
    """Whether there is more than one slice to look at."""
    image = volumeNode.GetImageData()
    return image is not None and image.GetDimensions()[2] > 1


def arrangementFor(volumeNode: vtkMRMLVolumeNode, layout: vtkMRMLLayoutNode, former: int | None) -> int | None:
    """The arrangement that shows an image best, or None where `volumeNode` has no pixels.

    Args:
        volumeNode: the image.
        layout: the layout node.
        former: an arrangement that a volume gets back where it has three slice views.
    """
    if volumeNode.GetImageData() is None:
        return None
    if isVolume(volumeNode):
        return former if former is not None and sliceViewsIn(layout, former) >= len(ONE_VIEW) else THREE_VIEWS
    views = [view for view in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceNode") if view.GetName() in ONE_VIEW]
    normal = sliceNormal(volumeNode)
    best = max(views, key=lambda view: round(abs(float(viewNormal(view) @ normal)), 3), default=None)
    return None if best is None else ONE_VIEW[best.GetName()]


def sliceViewsIn(layout: vtkMRMLLayoutNode, arrangement: int) -> int:
    """How many slice views an arrangement has."""
    return (layout.GetLayoutDescription(arrangement) or "").count('class="vtkMRMLSliceNode"')
