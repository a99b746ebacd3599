"""What lies over the image: heat map, outlines, fills, and all of it off at once."""

from __future__ import annotations

from typing import Any

from .heat_map_node import IMAGE_ROLE
from .heat_map_views import followForeground
from .nodes import nodesOfClass


def setHeatMapOpacity(heatMap: Any, value: float) -> None:
    """Set how much the heat map covers its image (0 to 1) in the slice views that show it, now or when shown again."""
    for view in _viewsOf(heatMap):
        view.SetForegroundOpacity(value)


def setOutline(segmentation: Any, visible: bool) -> None:
    """Show or hide the lesions' outlines."""
    segmentation.CreateDefaultDisplayNodes()
    segmentation.GetDisplayNode().SetVisibility2DOutline(visible)


def setFill(segmentation: Any, visible: bool) -> None:
    """Fill the lesions or leave them clear."""
    segmentation.CreateDefaultDisplayNodes()
    segmentation.GetDisplayNode().SetVisibility2DFill(visible)


def setOverlaysVisible(nodes: Any, visible: bool) -> None:
    """Show or hide the heat map and the outlines of one result; how they look when shown stays.

    Args:
        nodes: anything with the attributes `segmentation` and `heatMap`, each a node or None.
        visible: whether they are shown. A view that shows something else over the image keeps it.
    """
    if nodes.segmentation is not None:
        nodes.segmentation.CreateDefaultDisplayNodes()
        nodes.segmentation.GetDisplayNode().SetVisibility(visible)
    if nodes.heatMap is not None:
        for view in _viewsOf(nodes.heatMap):
            view.SetForegroundVolumeID(nodes.heatMap.GetID() if visible else None)
        followForeground(nodes.heatMap.GetScene())


def _viewsOf(heatMap: Any) -> list[Any]:
    """The slice views whose foreground is the heat map, or which show its image with nothing above."""
    imageId = heatMap.GetNodeReferenceID(IMAGE_ROLE)
    views = nodesOfClass(heatMap.GetScene(), "vtkMRMLSliceCompositeNode")
    return [view for view in views if _belongs(view, heatMap.GetID(), imageId)]


def _belongs(view: Any, heatMapId: str, imageId: str | None) -> bool:
    above = view.GetForegroundVolumeID()
    return above == heatMapId or (not above and imageId is not None and view.GetBackgroundVolumeID() == imageId)
