"""What lies over the image: heat map, outlines, fills; all of it off at once, and never over another image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..mrml.nodes import IMAGE_ROLE, nodesOfClass
from ..mrml.result_links import isResult, resultOutlines
from .heat_map_views import followForeground
from .slice_views import viewsElsewhere

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMRMLScalarVolumeNode,
        vtkMRMLScene,
        vtkMRMLSegmentationNode,
        vtkMRMLSliceCompositeNode,
        vtkMRMLVolumeNode,
    )
    from ..mrml.result_links import OverlayNodes


def setHeatMapOpacity(heatMap: vtkMRMLScalarVolumeNode, value: float) -> None:
    """Set how much the heat map covers its image (0 to 1) in the slice views that show it, now or when shown again."""
    for view in _viewsOf(heatMap):
        view.SetForegroundOpacity(value)


def setOutline(segmentation: vtkMRMLSegmentationNode, visible: bool) -> None:
    """Show or hide the lesions' outlines."""
    segmentation.CreateDefaultDisplayNodes()
    segmentation.GetDisplayNode().SetVisibility2DOutline(visible)


def setFill(segmentation: vtkMRMLSegmentationNode, visible: bool) -> None:
    """Fill the lesions or leave them clear."""
    segmentation.CreateDefaultDisplayNodes()
    segmentation.GetDisplayNode().SetVisibility2DFill(visible)


def setOverlaysVisible(nodes: OverlayNodes, visible: bool) -> None:
    """Show or hide the heat map and the outlines of one result; how they look when shown stays.

    Args:
        nodes: anything with the attributes `segmentation` and `heatMap`, each a node or None.
        visible: whether they are shown. A view that shows something else over the image keeps it, and a view of another
            image gets neither.
    """
    if nodes.segmentation is not None:
        nodes.segmentation.CreateDefaultDisplayNodes()
        isSomewhere = keepToItsViews(nodes.segmentation, imageOf(nodes.segmentation))
        nodes.segmentation.GetDisplayNode().SetVisibility(visible and isSomewhere)
    if nodes.heatMap is not None:
        for view in _viewsOf(nodes.heatMap):
            view.SetForegroundVolumeID(nodes.heatMap.GetID() if visible else None)
        followForeground(nodes.heatMap.GetScene())


def hideOtherOverlays(scene: vtkMRMLScene, nodes: OverlayNodes) -> None:
    """Hide the outlines and heat maps of every result but one; a heat map also over another image than its own.

    What is hidden comes back with `setOverlaysVisible`.

    Args:
        scene: where the results are.
        nodes: anything with the attributes `segmentation` and `heatMap`, each a node or None: the result to leave.
    """
    for segmentation, image in resultOutlines(scene):
        if segmentation is not nodes.segmentation and segmentation.GetDisplayNode() is not None:
            keepToItsViews(segmentation, image)  # whoever shows them by hand shows them on their own image
            segmentation.GetDisplayNode().SetVisibility(False)
    for view in nodesOfClass(scene, "vtkMRMLSliceCompositeNode"):
        above = scene.GetNodeByID(view.GetForegroundVolumeID() or "")
        if above is None or not isResult(above):
            continue
        ownImage = above.GetNodeReferenceID(IMAGE_ROLE)
        if above is not nodes.heatMap or ownImage != view.GetBackgroundVolumeID():
            view.SetForegroundVolumeID(None)


def keepToItsViews(segmentation: vtkMRMLSegmentationNode, image: vtkMRMLVolumeNode | None) -> bool:
    """Let outlines be drawn in no slice view of another image than theirs; returns whether any view is left.

    Slicer draws a segmentation in every slice view, whatever is below it.
    """
    scene, display = segmentation.GetScene(), segmentation.GetDisplayNode()
    others = set() if image is None else viewsElsewhere(image)
    slices = nodesOfClass(scene, "vtkMRMLSliceNode")
    left = [view for view in slices if view.GetLayoutName() not in others]
    allowed = [*left, *nodesOfClass(scene, "vtkMRMLViewNode")] if others else []
    wanted = [view.GetID() for view in allowed]
    if wanted != [display.GetNthViewNodeID(index) for index in range(display.GetNumberOfViewNodeIDs())]:
        display.RemoveAllViewNodeIDs()
        for identifier in wanted:
            display.AddViewNodeID(identifier)
    return bool(left) or not others


def imageOf(segmentation: vtkMRMLSegmentationNode) -> vtkMRMLVolumeNode | None:
    """The image that outlines are about, or None where it is gone."""
    own = segmentation.GetNodeReference(IMAGE_ROLE)
    return own or segmentation.GetNodeReference(segmentation.GetReferenceImageGeometryReferenceRole())


def _viewsOf(heatMap: vtkMRMLScalarVolumeNode) -> list[vtkMRMLSliceCompositeNode]:
    """The slice views that show the heat map's image, with the heat map or nothing above."""
    imageId = heatMap.GetNodeReferenceID(IMAGE_ROLE)
    views = nodesOfClass(heatMap.GetScene(), "vtkMRMLSliceCompositeNode")
    return [view for view in views if _belongs(view, heatMap.GetID(), imageId)]


def _belongs(view: vtkMRMLSliceCompositeNode, heatMapId: str, imageId: str | None) -> bool:
    above = view.GetForegroundVolumeID()
    isImage = imageId is not None and view.GetBackgroundVolumeID() == imageId
    return isImage and (not above or above == heatMapId)
