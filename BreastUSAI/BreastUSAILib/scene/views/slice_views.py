"""The slice views: which images they show, and the layers in them, image below and heat map above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...engine.findings.heat_map_colors import LAYER_OPACITY
from ..mrml.host import sliceLogics
from ..mrml.nodes import IMAGE_ROLE, nodesOfClass
from .acquisition_views import sliceNormal, viewNormal
from .heat_map_views import followForeground

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMRMLScalarVolumeNode,
        vtkMRMLScene,
        vtkMRMLSliceCompositeNode,
        vtkMRMLSliceNode,
        vtkMRMLVolumeNode,
    )

LEAST_COVER = 0.5
"""From this opacity on, a volume in the foreground counts as what a view shows."""

LEAST_ALIGNMENT = 0.5
"""A view shows a flat image where it is turned away from it by at most 60 degrees (this is the cosine)."""


def showLayers(volumeNode: vtkMRMLVolumeNode, heatMapNode: vtkMRMLScalarVolumeNode) -> None:
    """Show `volumeNode` with `heatMapNode` over it in every slice view of the scene."""
    for view in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceCompositeNode"):
        view.SetBackgroundVolumeID(volumeNode.GetID())
        view.SetForegroundVolumeID(heatMapNode.GetID())
        view.SetForegroundOpacity(LAYER_OPACITY)
    followForeground(volumeNode.GetScene())


def showImage(volumeNode: vtkMRMLVolumeNode) -> None:
    """Show `volumeNode` alone in every slice view of the scene; where it lies elsewhere than what was shown, whole."""
    scene = volumeNode.GetScene()
    before = volumesShown(scene)
    for view in nodesOfClass(scene, "vtkMRMLSliceCompositeNode"):
        wasModifying = view.StartModify()  # who listens may put something above at once
        view.SetForegroundVolumeID(None)
        view.SetBackgroundVolumeID(volumeNode.GetID())
        view.EndModify(wasModifying)
    if not any(_boundsOf(volume) == _boundsOf(volumeNode) for volume in before):
        fitViews(scene)


def volumesShown(scene: vtkMRMLScene) -> list[vtkMRMLVolumeNode]:
    """The volumes that slice views show, in the order of the views.

    Views that the layout leaves out do not count, nor views of a flat image from its edge, unless there are no others.
    """
    pairs = list(_viewsOnScreen(scene))
    flat = [volume for view, volume in pairs if _isSeen(view, volume)]
    return list(dict.fromkeys(flat or (volume for _view, volume in pairs)))


def viewsElsewhere(volumeNode: vtkMRMLVolumeNode) -> set[str]:
    """Layout names of the slice views of the scene that show another volume."""
    composites = nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceCompositeNode")
    return {view.GetLayoutName() for view in composites if volumeSeen(view) not in (None, volumeNode)}


def volumeSeen(view: vtkMRMLSliceCompositeNode) -> vtkMRMLVolumeNode | None:
    """The volume that a slice view (its composite node) shows, or None: what lies below, unless another volume, which
    is not a heat map of a result, covers it."""
    scene = view.GetScene()
    above, below = (
        scene.GetNodeByID(identifier or "")
        for identifier in (view.GetForegroundVolumeID(), view.GetBackgroundVolumeID())
    )
    isCovered = above is not None and view.GetForegroundOpacity() >= LEAST_COVER
    return above if isCovered and above.GetNodeReferenceID(IMAGE_ROLE) is None else below


def fitViews(scene: vtkMRMLScene) -> None:
    """Show the whole image in every slice view of `scene`, turned as it was."""
    for logic in sliceLogics(scene):
        logic.FitSliceToBackground(*logic.GetSliceNode().GetDimensions()[:2])
        logic.SnapSliceOffsetToIJK()


def _viewsOnScreen(scene: vtkMRMLScene) -> Iterator[tuple[vtkMRMLSliceNode, vtkMRMLVolumeNode]]:
    """Slice nodes that show a volume, and that volume; those on the screen where the layout puts any there."""
    composites = {view.GetLayoutName(): view for view in nodesOfClass(scene, "vtkMRMLSliceCompositeNode")}
    views = nodesOfClass(scene, "vtkMRMLSliceNode")
    for view in [view for view in views if view.IsMappedInLayout()] or views:
        composite = composites.get(view.GetLayoutName())
        volume = None if composite is None else volumeSeen(composite)
        if volume is not None:
            yield view, volume


def _isSeen(view: vtkMRMLSliceNode, volume: vtkMRMLVolumeNode) -> bool:
    image = volume.GetImageData()
    if image is None or image.GetDimensions()[2] != 1:
        return True
    return abs(float(viewNormal(view) @ sliceNormal(volume))) > LEAST_ALIGNMENT


def _boundsOf(volume: vtkMRMLVolumeNode) -> tuple[float, ...]:
    bounds = np.zeros(6)
    volume.GetRASBounds(bounds)
    return tuple(np.round(bounds, 3))
