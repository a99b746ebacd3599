"""A point that a reader places on an image by one click in a slice view, in Slicer's own way of placing markups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.images.places import Place
from ..mrml.nodes import addNode
from ..mrml.transforms import worldToImage
from ..source.frames_from_node import currentFrame
from ..source.pixel_size_line import markedEnds, placeByClicks, stopPlacing

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLMarkupsFiducialNode, vtkMRMLVolumeNode


POINT_CLASS = "vtkMRMLMarkupsFiducialNode"


def addClickPoint(volumeNode: vtkMRMLVolumeNode) -> vtkMRMLMarkupsFiducialNode:
    """An empty point node, whose one point the next click in a slice view is; in no list, in no file, without name."""
    point = addNode(volumeNode.GetScene(), POINT_CLASS, f"{volumeNode.GetName()} - click")
    point.SetHideFromEditors(True)
    point.SetSaveWithScene(False)
    point.SetUndoEnabled(False)
    point.CreateDefaultDisplayNodes()
    display = point.GetDisplayNode()
    display.SetPointLabelsVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetVisibility3D(False)
    display.SetSaveWithScene(False)
    placeByClicks(point)
    return point


def removeClickPoint(pointNode: vtkMRMLMarkupsFiducialNode) -> None:
    """Take the point out of the scene; clicks do again what they did before."""
    scene = pointNode.GetScene()
    if scene is None:
        return
    stopPlacing(pointNode)
    display = pointNode.GetDisplayNode()
    scene.RemoveNode(pointNode)
    if display is not None and display.GetScene() is scene:
        scene.RemoveNode(display)


def isPlacing(pointNode: vtkMRMLMarkupsFiducialNode) -> bool:
    """Whether the next click still places this point."""
    scene = pointNode.GetScene()
    if scene is None:
        return False
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    selection = scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    isActive = selection.GetActivePlaceNodeID() == pointNode.GetID()
    return bool(isActive and interaction.GetCurrentInteractionMode() == interaction.Place)


def placeOf(pointNode: vtkMRMLMarkupsFiducialNode, volumeNode: vtkMRMLVolumeNode) -> Place | None:
    """Where on the image the point was clicked, with its frame; None before that.

    Of a cine the frame is the one that is shown, of a volume the slice that was clicked. Raises InputError for a click
    beside the image.
    """
    marked = markedEnds(pointNode)
    if not marked:
        return None
    column, row, plane = (float(value) for value in worldToImage(volumeNode, [marked[0]])[0])
    columns, rows, planes = volumeNode.GetImageData().GetDimensions()
    isInside = -0.5 <= column <= columns - 0.5 and -0.5 <= row <= rows - 0.5
    if not isInside or (planes > 1 and not -0.5 <= plane <= planes - 0.5):
        raise InputError("the click was beside the image", remedy="Click on the lesion in a slice view")
    return Place(column, row, min(max(round(plane), 0), planes - 1) if planes > 1 else currentFrame(volumeNode))
