"""The pixel size given by hand: a line of known length, drawn on the depth scale of the image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...engine.errors import InputError, OptionError
from ..mrml.nodes import IMAGE_ROLE, addNode, nodesOfClass, placeBeside
from ..mrml.transforms import worldToImage
from .source_options import requirePlausible

if TYPE_CHECKING:
    from ..mrml.node_types import (
        vtkMRMLInteractionNode,
        vtkMRMLMarkupsLineNode,
        vtkMRMLMarkupsNode,
        vtkMRMLScene,
        vtkMRMLSelectionNode,
        vtkMRMLVolumeNode,
    )

SHORTEST_PX = 10.0
"""A shorter line cannot be placed precisely enough: an end that is one pixel off would change lengths by a tenth."""

LARGEST_TILT = 0.5
"""How far (in slices) the ends may lie before and behind each other: the line must lie in one image."""

ENDS = 2


def addPixelSizeLine(volumeNode: vtkMRMLVolumeNode) -> vtkMRMLMarkupsLineNode:
    """An empty vtkMRMLMarkupsLineNode for the slice views; the user's next two clicks there are its ends.

    It shows no length of its own: without calibration that would not be in millimeters.
    """
    line = addNode(volumeNode.GetScene(), "vtkMRMLMarkupsLineNode", f"{volumeNode.GetName()} - calibration")
    line.CreateDefaultDisplayNodes()
    line.GetMeasurement("length").SetEnabled(False)
    display = line.GetDisplayNode()
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(False)
    display.SetVisibility3D(False)
    noteImageOf(line, volumeNode)
    placeBeside(line, volumeNode)
    placeByClicks(line)
    return line


def noteImageOf(lineNode: vtkMRMLMarkupsLineNode, volumeNode: vtkMRMLVolumeNode) -> None:
    """Keep on a line which image it was drawn on, unless that is known."""
    if lineNode.GetNodeReferenceID(IMAGE_ROLE) is None:
        lineNode.SetNodeReferenceID(IMAGE_ROLE, volumeNode.GetID())


def isDrawnOn(lineNode: vtkMRMLMarkupsLineNode, volumeNode: vtkMRMLVolumeNode) -> bool:
    """Whether a line was drawn on this image: it says nothing of the pixels of another."""
    return lineNode.GetNodeReferenceID(IMAGE_ROLE) == volumeNode.GetID()


def pixelSizeLineOf(volumeNode: vtkMRMLVolumeNode) -> vtkMRMLMarkupsLineNode | None:
    """The line that was drawn on this image, or None."""
    lines = nodesOfClass(volumeNode.GetScene(), "vtkMRMLMarkupsLineNode")
    return next((line for line in lines if isDrawnOn(line, volumeNode)), None)


def showLineOf(volumeNode: vtkMRMLVolumeNode) -> None:
    """Of the lines that were drawn on images show that of this one alone; stills all lie at the same place."""
    for line in nodesOfClass(volumeNode.GetScene(), "vtkMRMLMarkupsLineNode"):
        display = line.GetDisplayNode()
        if display is not None and line.GetNodeReferenceID(IMAGE_ROLE) is not None:
            display.SetVisibility(isDrawnOn(line, volumeNode))


def removeLine(lineNode: vtkMRMLMarkupsLineNode) -> None:
    """Take a line out of the scene; clicks no longer place its ends."""
    stopPlacing(lineNode)
    lineNode.GetScene().RemoveNode(lineNode)


def stopPlacing(markups: vtkMRMLMarkupsNode) -> None:
    """Clicks no longer place points of this node; does nothing where they do not."""
    selection, interaction = _modesOf(markups.GetScene())
    if selection.GetActivePlaceNodeID() == markups.GetID():
        if interaction.GetCurrentInteractionMode() == interaction.Place:
            interaction.SwitchToViewTransformMode()
        selection.SetReferenceActivePlaceNodeID(None)


def markedEnds(lineNode: vtkMRMLMarkupsNode) -> list[tuple[float, float, float]]:
    """Where the ends lie that were clicked, in world coordinates: none, one or two."""
    places = [
        lineNode.GetNthControlPointPositionWorld(index)
        for index in range(lineNode.GetNumberOfControlPoints())
        if lineNode.GetNthControlPointPositionStatus(index) == lineNode.PositionDefined
    ]
    return [(place[0], place[1], place[2]) for place in places]


def placeByClicks(markups: vtkMRMLMarkupsNode) -> None:
    """Slicer's own way: a click in a view adds a point to the active node, until that has as many as it needs."""
    selection, interaction = _modesOf(markups.GetScene())
    selection.SetReferenceActivePlaceNodeClassName(markups.GetClassName())
    selection.SetReferenceActivePlaceNodeID(markups.GetID())
    interaction.SetPlaceModePersistence(0)
    interaction.SetCurrentInteractionMode(interaction.Place)


def _modesOf(scene: vtkMRMLScene) -> tuple[vtkMRMLSelectionNode, vtkMRMLInteractionNode]:
    """What is selected, and what clicks do: the application has one node for each."""
    names = ("vtkMRMLSelectionNodeSingleton", "vtkMRMLInteractionNodeSingleton")
    selection, interaction = (scene.GetNodeByID(name) for name in names)
    return selection, interaction


def spacingFromLine(
    lineNode: vtkMRMLMarkupsLineNode | None, volumeNode: vtkMRMLVolumeNode | None, lengthMm: float
) -> tuple[float, float]:
    """Pixel size (row, column) in mm, if the line is `lengthMm` long.

    The line is measured in the image's own pixels, whatever transform either is under and whatever spacing the node
    has; of that spacing the ratio of row to column counts alone (1 for the square pixels of an uncalibrated image).

    Raises:
        InputError: no volume, no line of two ends, a line too short, or one that does not lie in the image's plane.
        OptionError: a length that cannot be one, or that gives pixels no ultrasound image has.
    """
    if volumeNode is None or volumeNode.GetImageData() is None:
        raise InputError("there is no image to measure on", remedy="Choose the image first")
    marked = [] if lineNode is None else markedEnds(lineNode)
    if len(marked) < ENDS:
        raise InputError(
            "the calibration line does not have two ends", remedy="Draw it between two marks of the depth scale"
        )
    if not (math.isfinite(lengthMm) and lengthMm > 0):
        raise OptionError("the calibration line has no length", remedy="Type the distance of its ends in mm")
    ends = [np.array(place) for place in marked[:ENDS]]
    start, end = worldToImage(volumeNode, ends)
    across, down, through = np.abs(end - start)
    if through > LARGEST_TILT:
        raise InputError("the calibration line leaves the image's plane", remedy="Draw both ends on one frame")
    if np.hypot(across, down) < SHORTEST_PX:
        raise InputError(
            "the calibration line is too short to measure by", remedy="Draw a longer one on the depth scale"
        )
    columnSpacing, rowSpacing, _ = volumeNode.GetSpacing()
    factor = lengthMm / float(np.hypot(across * columnSpacing, down * rowSpacing))
    row, column = rowSpacing * factor, columnSpacing * factor
    for length in (row, column):
        requirePlausible("pixel", length)
    return row, column
