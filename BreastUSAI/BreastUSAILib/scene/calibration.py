"""Manual calibration: a line of known length, drawn on the depth scale of the image."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from ..engine.errors import InputError, OptionError
from .frames_from_node import currentFrame
from .nodes import addNode, placeBeside
from .source_options import requirePlausible
from .transforms import imageToWorld, worldToImage

SHORTEST_PX = 10.0
"""A shorter line cannot be placed precisely enough: an end that is one pixel off would change lengths by a tenth."""

LARGEST_TILT = 0.5
"""How far (in slices) the ends may lie before and behind each other: the line must lie in one image."""

LAID = "BreastUSAI.laid"
"""Attribute of a new line: where its ends were put."""

_PLACE = 0.1, 0.1, 0.5
"""Where a new line starts: column, first and last row, as parts of the image."""


def addCalibrationLine(volumeNode: Any) -> Any:
    """A vtkMRMLMarkupsLineNode along depth on the frame that is shown, whose ends the user drags to a known distance.

    It shows no length of its own: without calibration that would be no millimetres.
    """
    columns, rows, planes = volumeNode.GetImageData().GetDimensions()
    column, first, last = _PLACE[0] * (columns - 1), _PLACE[1] * (rows - 1), _PLACE[2] * (rows - 1)
    plane = currentFrame(volumeNode) if planes > 1 else 0
    line = addNode(volumeNode.GetScene(), "vtkMRMLMarkupsLineNode", f"{volumeNode.GetName()} - calibration")
    for place in imageToWorld(volumeNode, [(column, first, plane), (column, last, plane)]):
        line.AddControlPointWorld(*place)
    line.CreateDefaultDisplayNodes()
    line.GetMeasurement("length").SetEnabled(False)
    line.GetDisplayNode().SetPropertiesLabelVisibility(False)
    line.GetDisplayNode().SetPointLabelsVisibility(False)
    placeBeside(line, volumeNode)
    line.SetAttribute(LAID, json.dumps(_ends(line)))
    return line


def isMoved(lineNode: Any) -> bool:
    """Whether an end of a line lies elsewhere than where it was put: until then it measures nothing.

    That its points were selected, locked, hidden or renamed moves nothing, nor does a transform of the line.
    """
    laid = lineNode.GetAttribute(LAID)
    if laid is None:
        return True
    now = np.array(_ends(lineNode))
    try:
        before = np.array(json.loads(laid), dtype=float)
    except (ValueError, TypeError, RecursionError):  # somebody's own attribute
        return True
    return before.shape != now.shape or not np.allclose(before, now, atol=1e-4)


def _ends(lineNode: Any) -> list[list[float]]:
    return [list(lineNode.GetNthControlPointPosition(index)) for index in range(lineNode.GetNumberOfControlPoints())]


def spacingFromLine(lineNode: Any, volumeNode: Any, lengthMm: float) -> tuple[float, float]:
    """Pixel size (row, column) in mm, if the line is `lengthMm` long.

    The line is measured in the image's own pixels, whatever transform either is under and whatever spacing the node
    has; of that spacing the ratio of row to column counts alone (1 for the square pixels of an uncalibrated image).

    Raises:
        InputError: no volume, no line of two ends, a line too short, or one that does not lie in the image's plane.
        OptionError: a length that is none, or that gives pixels no ultrasound image has.
    """
    if volumeNode is None or volumeNode.GetImageData() is None:
        raise InputError("there is no image to measure on", remedy="Choose the image first")
    if lineNode is None or lineNode.GetNumberOfDefinedControlPoints() < 2:
        raise InputError("the calibration line has no two ends", remedy="Draw it between two marks of the depth scale")
    if not (math.isfinite(lengthMm) and lengthMm > 0):
        raise OptionError("the calibration line has no length", remedy="Type the distance of its ends in mm")
    ends = [np.array(lineNode.GetNthControlPointPositionWorld(index)) for index in range(2)]
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
