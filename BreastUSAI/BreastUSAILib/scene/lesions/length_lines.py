"""A lesion's longest axis, its perpendicular and its depth as lines that can be dragged in the slice views.

Lengths are taken in the image's own pixels, and in mm with the pixel size that the analysis had: Slicer may load an
image without its pixel size, so that its own length of a line would be wrong. Labels are therefore set here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis, Lesion
from ...engine.findings.changed import DEPTH, LENGTHS, LONG_AXIS, SHORT_AXIS, Ends, length_of, with_length
from ...engine.findings.lesion_segment import lesion_color
from ...engine.findings.measures import Translate
from ...engine.findings.words import english, length_words
from ...engine.steps import all_at_once
from ..mrml.nodes import addNode, nodesOfClass, placeBeside
from ..mrml.transforms import imageToWorld, worldToImage
from ..results.stored_report import storedReport
from ..source.pixel_size_line import markedEnds
from .changed_result import ChangedNodes, newFindings, showFindings

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLMarkupsLineNode, vtkMRMLScene, vtkMRMLVolumeNode


LENGTH_ATTRIBUTE, LESION_ATTRIBUTE = "BreastUSAI.length", "BreastUSAI.lesion"
MEASURED_ROLE = "BreastUSAI.measured"
"""Node reference of such a line: the image that it is drawn on."""

LABELED = {LONG_AXIS: 1, SHORT_AXIS: 1, DEPTH: 0}
"""Which end has the label: of the depth the upper one, as the lower one is where the axes are."""

_TITLES = {LONG_AXIS: "long axis", SHORT_AXIS: "perpendicular", DEPTH: "depth"}


def addLengthLines(volumeNode: vtkMRMLVolumeNode, analysis: Analysis, lesion: Lesion) -> list[vtkMRMLMarkupsLineNode]:
    """Three vtkMRMLMarkupsLineNode of a lesion on its own frame, as `LENGTHS`; not saved with it."""
    lines = []
    for name in LENGTHS:
        line = addNode(volumeNode.GetScene(), "vtkMRMLMarkupsLineNode", f"Lesion {lesion.number} - {_TITLES[name]}")
        line.SetAttribute(LENGTH_ATTRIBUTE, name)
        line.SetAttribute(LESION_ATTRIBUTE, str(lesion.id))
        line.SetNodeReferenceID(MEASURED_ROLE, volumeNode.GetID())
        line.SetSaveWithScene(False)
        _dress(line, lesion)
        for place in _places(volumeNode, lesion.frame, endsOf(analysis, lesion)[name]):
            line.AddControlPointWorld(*place)
        for end in range(line.GetNumberOfControlPoints()):
            line.SetNthControlPointLabel(end, "")
        placeBeside(line, volumeNode)
        sayLength(line, analysis, lesion)
        lines.append(line)
    return lines


def removeLengthLines(scene: vtkMRMLScene) -> None:
    """Take every such line out of the scene."""
    for line in nodesOfClass(scene, "vtkMRMLMarkupsLineNode"):
        if line.GetAttribute(LENGTH_ATTRIBUTE) is not None:
            scene.RemoveNode(line)


def linesLieAsIn(lines: Sequence[vtkMRMLMarkupsLineNode], analysis: Analysis, lesion: Lesion) -> bool:
    """Whether these are the lines of that lesion, still in the scene and with the ends that the analysis gives."""
    if len(lines) != len(LENGTHS):
        return False
    for line, ends in zip(lines, endsOf(analysis, lesion).values(), strict=True):
        volume = None if line.GetScene() is None else line.GetNodeReference(MEASURED_ROLE)
        isOther = line.GetAttribute(LESION_ATTRIBUTE) != str(lesion.id) or len(markedEnds(line)) != len(ends)
        if volume is None or isOther or not _isSame(endsOnImage(line, volume), ends):
            return False
    return True


def endsOf(analysis: Analysis, lesion: Lesion) -> Mapping[str, Ends]:
    """Where the lines of a lesion end, as (column, row) in pixels; the depth goes down to the lesion's topmost row."""
    left, top, width, _height = lesion.bbox_px
    middle = left + (width - 1) / 2
    surface = min(float(analysis.input.region_px[1]), float(top))
    depth = lesion.depth_ends_px or ((middle, surface), (middle, surface + lesion.depth_px))
    return {LONG_AXIS: lesion.long_axis_ends_px, SHORT_AXIS: lesion.short_axis_ends_px, DEPTH: depth}


def endsOnImage(line: vtkMRMLMarkupsLineNode, volumeNode: vtkMRMLVolumeNode) -> Ends:
    """Where a line ends now, as (column, row) in pixels. Raises InputError where it has lost an end."""
    marked = markedEnds(line)
    if len(marked) < 2:
        raise InputError("the line has lost an end", remedy="Show the lengths again")
    (x1, y1, _k1), (x2, y2, _k2) = worldToImage(volumeNode, marked[:2])
    return (float(x1), float(y1)), (float(x2), float(y2))


def sayLength(line: vtkMRMLMarkupsLineNode, analysis: Analysis, lesion: Lesion) -> None:
    """Write the line's length as it lies now beside one end, with its error while nobody has dragged it."""
    volume = line.GetNodeReference(MEASURED_ROLE)
    name, ends = line.GetAttribute(LENGTH_ATTRIBUTE) or "", endsOnImage(line, volume)
    isDragged = not _isSame(ends, endsOf(analysis, lesion)[name])
    words = length_words(length_of(ends, analysis.input.pixel_spacing_mm), None if isDragged else lesion, name)
    end = LABELED[name]
    if line.GetNthControlPointLabel(end) != words:
        line.SetNthControlPointLabel(end, words)


def keepLength(line: vtkMRMLMarkupsLineNode, nodes: ChangedNodes, translate: Translate = english) -> bool:
    """Take a line that was dragged over into report and table, in one step of undo; False where it lies as it did.

    Raises InputError where a node left the scene.
    """
    nodes.require()
    stored = storedReport(nodes.report)
    assert stored is not None
    name, identifier = line.GetAttribute(LENGTH_ATTRIBUTE) or "", int(line.GetAttribute(LESION_ATTRIBUTE) or 0)
    lesion = next((one for one in stored.analysis.lesions if one.id == identifier), None)
    if lesion is None:
        raise InputError("the lesion of this line is no longer there", remedy="Show the lengths again")
    ends = endsOnImage(line, nodes.volume)
    if _isSame(ends, endsOf(stored.analysis, lesion)[name]):
        return False
    findings = all_at_once(newFindings(nodes, with_length(stored.analysis, identifier, name, ends), stored, translate))
    nodes.report.GetScene().SaveStateForUndo()
    showFindings(nodes, findings)
    return True


def _isSame(one: Ends, other: Ends) -> bool:
    """Within a hundredth of a pixel: a place of the world and back is not exact."""
    pairs = zip((*one[0], *one[1]), (*other[0], *other[1]), strict=True)
    return all(abs(first - second) < 0.01 for first, second in pairs)


def _places(volumeNode: vtkMRMLVolumeNode, frame: int, ends: Ends) -> list[tuple[float, float, float]]:
    plane = frame if volumeNode.GetImageData().GetDimensions()[2] > 1 else 0
    return [(x, y, z) for x, y, z in imageToWorld(volumeNode, [(*end, plane) for end in ends]).tolist()]


def _dress(line: vtkMRMLMarkupsLineNode, lesion: Lesion) -> None:
    """In the lesion's color, with the label that is written here and not Slicer's own."""
    line.CreateDefaultDisplayNodes()
    line.GetMeasurement("length").SetEnabled(False)
    display = line.GetDisplayNode()
    display.SetSaveWithScene(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(True)
    display.SetVisibility3D(False)
    display.SetTextScale(2.5)
    display.SetGlyphScale(1.5)
    for setColor in (display.SetColor, display.SetSelectedColor):
        setColor(*(channel / 255 for channel in lesion_color(lesion.number)))
