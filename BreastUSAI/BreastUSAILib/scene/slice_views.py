"""The layers of the slice views: image below, heat map above it, half transparent."""

from __future__ import annotations

from typing import Any

import slicer

from .nodes import nodesOfClass

HEAT_MAP_OPACITY = 0.4


def showLayers(volumeNode: Any, heatMapNode: Any) -> None:
    """Show `volumeNode` with `heatMapNode` over it in every slice view of the scene."""
    for view in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceCompositeNode"):
        view.SetBackgroundVolumeID(volumeNode.GetID())
        view.SetForegroundVolumeID(heatMapNode.GetID())
        view.SetForegroundOpacity(HEAT_MAP_OPACITY)


def fitViews(scene: Any) -> None:
    """Show the whole image in every slice view of `scene`: a volume that was just made lies where none was."""
    for logic in _sliceLogics(scene):
        logic.FitSliceToBackground(*logic.GetSliceNode().GetDimensions()[:2])


def _sliceLogics(scene: Any) -> list[Any]:
    logics = slicer.modules.volumes.logic().GetMRMLApplicationLogic().GetSliceLogics()
    found = [logics.GetItemAsObject(index) for index in range(logics.GetNumberOfItems())]
    return [logic for logic in found if logic.GetMRMLScene() is scene]
