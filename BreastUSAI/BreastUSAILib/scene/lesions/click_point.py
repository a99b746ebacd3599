"""A place that a reader points at in a slice view, in Slicer's own way of placing markups: a point, or two corners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.images.places import Place
from ..mrml.nodes import addNode
from ..mrml.transforms import worldToImage
from ..source.frames_from_node import currentFrame
from ..source.pixel_size_line import markedEnds, placeByClicks, stopPlacing

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLMarkupsNode, vtkMRMLVolumeNode

POINT_CLASS, CORNERS_CLASS = "vtkMRMLMarkupsFiducialNode", "vtkMRMLMarkupsLineNode"
LEAST_SIDE_PX = 2.0
"""Of a box: what is smaller is a click that went wrong."""


def addClickPoint(volumeNode: vtkMRMLVolumeNode, isBox: bool = False) -> vtkMRMLMarkupsNode:
    """An empty markups node; in no list, in no file, without name.

    The next click in a slice view is its point; of a box the next two are opposite corners.
    """
    point = addNode(volumeNode.GetScene(), CORNERS_CLASS if isBox else POINT_CLASS, f"{volumeNode.GetName()} - click")
    if isBox:
        point.GetMeasurement("length").SetEnabled(False)
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


def removeClickPoint(pointNode: vtkMRMLMarkupsNode) -> None:
    """Take the point out of the scene; clicks do again what they did before."""
    scene = pointNode.GetScene()
    if scene is None:
        return
    stopPlacing(pointNode)
    display = pointNode.GetDisplayNode()
    scene.RemoveNode(pointNode)
    if display is not None and display.GetScene() is scene:
        scene.RemoveNode(display)


def isPlacing(pointNode: vtkMRMLMarkupsNode) -> bool:
    """Whether the next click still places this point."""
    scene = pointNode.GetScene()
    if scene is None:
        return False
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    selection = scene.GetNodeByID("vtkMRMLSelectionNodeSingleton")
    isActive = selection.GetActivePlaceNodeID() == pointNode.GetID()
    return bool(isActive and interaction.GetCurrentInteractionMode() == interaction.Place)


def placeOf(pointNode: vtkMRMLMarkupsNode, volumeNode: vtkMRMLVolumeNode) -> Place | None:
    """Where on the image the reader clicked, with its frame: a point, or a box; None before all clicks are made.

    Of a cine the frame is the one that is shown, of a volume the slice that was clicked. Raises InputError for a click
    beside the image, and for corners that lie on one another or in several slices.
    """
    marked = markedEnds(pointNode)
    isBox = pointNode.IsA(CORNERS_CLASS)
    if len(marked) < (2 if isBox else 1):
        return None
    places = [[float(value) for value in place] for place in worldToImage(volumeNode, marked)]
    columns, rows, planes = volumeNode.GetImageData().GetDimensions()
    for column, row, plane in places:
        isInside = -0.5 <= column <= columns - 0.5 and -0.5 <= row <= rows - 0.5
        if not isInside or (planes > 1 and not -0.5 <= plane <= planes - 0.5):
            raise InputError("the click was beside the image", remedy="Click on the lesion in a slice view")
    frame = min(max(round(places[0][2]), 0), planes - 1) if planes > 1 else currentFrame(volumeNode)
    if not isBox:
        return Place(places[0][0], places[0][1], frame)
    width, height = (abs(places[1][axis] - places[0][axis]) + 1 for axis in (0, 1))
    if min(width, height) < LEAST_SIDE_PX or (planes > 1 and round(places[1][2]) != round(places[0][2])):
        raise InputError(
            "these are no corners of a box in one image", remedy="Click one corner, then the opposite one, in one view"
        )
    return Place((places[0][0] + places[1][0]) / 2, (places[0][1] + places[1][1]) / 2, frame, width, height)
