"""Clicks in a view, as the application's Markups module answers them."""

from __future__ import annotations

from typing import Any


def click_in_view(scene: Any, place: tuple[float, float, float]) -> None:
    """Left-click at a place of the world: while points are placed, the active node gets one more.

    When it has as many as it needs, clicks do again what they did before.
    """
    selection = scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    node = scene.GetNodeByID(selection.GetActivePlaceNodeID() or "")
    if interaction.GetCurrentInteractionMode() != interaction.Place or node is None:
        return
    assert node.GetClassName() == selection.GetActivePlaceNodeClassName()
    hover_in_view(scene, place)
    carried = node.GetNumberOfControlPoints() - 1
    node.SetNthControlPointPositionWorld(carried, *place)  # which defines it
    is_complete = node.GetNumberOfDefinedControlPoints() >= node.GetRequiredNumberOfControlPoints()
    if is_complete and not interaction.GetPlaceModePersistence():
        interaction.SwitchToViewTransformMode()


def hover_in_view(scene: Any, place: tuple[float, float, float]) -> None:
    """Move the mouse there: while points are placed, the next one is carried under it, a preview."""
    node = scene.GetNodeByID(scene.GetNodeByID("vtkMRMLSelectionNodeSingleton").GetActivePlaceNodeID() or "")
    was_modifying = node.StartModify()  # a point that is added is defined at first: nobody is to hear of that
    count = node.GetNumberOfControlPoints()
    if count == 0 or node.GetNthControlPointPositionStatus(count - 1) != node.PositionPreview:
        node.AddControlPointWorld(*place)
        count += 1
    node.SetNthControlPointPositionWorld(count - 1, *place, node.PositionPreview)
    node.EndModify(was_modifying)
