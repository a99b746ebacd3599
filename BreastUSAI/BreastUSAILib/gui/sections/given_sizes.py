"""Sizes that were given by hand are those of one image: they stay with it when another one is chosen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...client.jobs.analysis_request import isMarked
from ...scene.source.pixel_size_line import noteImageOf, pixelSizeLineOf, removeLine, showLineOf

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLVolumeNode
    from ..parameters import BreastUSAIParameters

GIVEN_ATTRIBUTE = "BreastUSAI.given"
"""On an image: what was given for it by hand, as JSON. On the parameter node: that it keeps this for each image."""

GIVEN_ROLE = "BreastUSAI.givenFor"
"""Reference of the parameter node: the image that its sizes are of."""

_NOTHING = {"typedSpacingMm": 0.0, "calibrationLengthMm": 10.0, "treatAsSlices": False, "sliceSpacingMm": 0.0}


def followImage(parameters: BreastUSAIParameters) -> None:
    """Where another image is chosen, store on the former what was given for it, and take up what the new one has.

    What stands in the parameters before the first image is chosen, or comes from an earlier version, is of that image.
    """
    node, image = parameters.parameterNode, parameters.inputVolume
    if image is None:
        return
    former = node.GetNodeReference(GIVEN_ROLE)
    if parameters.calibrationLine is not None:
        noteImageOf(parameters.calibrationLine, image if former is None else former)
    if former is image:
        return
    isFirst = node.GetAttribute(GIVEN_ATTRIBUTE) is None
    wasModifying = parameters.StartModify()
    node.SetNodeReferenceID(GIVEN_ROLE, image.GetID())
    node.SetAttribute(GIVEN_ATTRIBUTE, "by image")
    if not isFirst:
        _store(parameters, former)
        _takeUp(parameters, image)
    parameters.EndModify(wasModifying)


def _store(parameters: BreastUSAIParameters, former: vtkMRMLVolumeNode | None) -> None:
    """A line that has not both of its ends is dropped: the next clicks would be on the other image."""
    line = parameters.calibrationLine
    if line is not None and not isMarked(line):
        parameters.calibrationLine = None
        removeLine(line)
    if former is not None:
        given = {name: getattr(parameters, name) for name in _NOTHING}
        former.SetAttribute(GIVEN_ATTRIBUTE, None if given == _NOTHING else json.dumps(given))


def _takeUp(parameters: BreastUSAIParameters, image: vtkMRMLVolumeNode) -> None:
    given = _givenFor(image)
    for name, nothing in _NOTHING.items():
        try:
            setattr(parameters, name, type(nothing)(given.get(name, nothing)))
        except (TypeError, ValueError):  # the attribute comes with the scene's file
            setattr(parameters, name, nothing)
    parameters.calibrationLine = pixelSizeLineOf(image)
    showLineOf(image)


def _givenFor(image: vtkMRMLVolumeNode) -> dict[str, Any]:
    try:
        given = json.loads(image.GetAttribute(GIVEN_ATTRIBUTE) or "{}")
    except (ValueError, RecursionError):
        return {}
    return given if isinstance(given, dict) else {}
