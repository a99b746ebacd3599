"""The layers of the slice views: image below, heat map above it."""

from __future__ import annotations

from typing import Any

from ..engine.heat_map_colours import LAYER_OPACITY
from .heat_map_views import followForeground
from .nodes import nodesOfClass
from .slice_logics import sliceLogics


def showLayers(volumeNode: Any, heatMapNode: Any) -> None:
    """Show `volumeNode` with `heatMapNode` over it in every slice view of the scene."""
    for view in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceCompositeNode"):
        view.SetBackgroundVolumeID(volumeNode.GetID())
        view.SetForegroundVolumeID(heatMapNode.GetID())
        view.SetForegroundOpacity(LAYER_OPACITY)
    followForeground(volumeNode.GetScene())


def fitViews(scene: Any) -> None:
    """Show the whole image in every slice view of `scene`: a volume that was just made lies where none was."""
    for logic in sliceLogics(scene):
        logic.FitSliceToBackground(*logic.GetSliceNode().GetDimensions()[:2])
