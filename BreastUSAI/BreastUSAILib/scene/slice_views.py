"""The layers of the slice views: image below, heat map above it, half transparent."""

from __future__ import annotations

from typing import Any

from .nodes import nodesOfClass

HEAT_MAP_OPACITY = 0.4


def showLayers(volumeNode: Any, heatMapNode: Any) -> None:
    """Show `volumeNode` with `heatMapNode` over it in every slice view of the scene."""
    for view in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceCompositeNode"):
        view.SetBackgroundVolumeID(volumeNode.GetID())
        view.SetForegroundVolumeID(heatMapNode.GetID())
        view.SetForegroundOpacity(HEAT_MAP_OPACITY)
