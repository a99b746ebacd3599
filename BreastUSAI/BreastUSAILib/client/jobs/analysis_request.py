"""From what was chosen in the panel to what the engine is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ...engine.findings.analysis import Label
from ...engine.findings.similar_cases import SimilarRequest
from ...engine.images.frames import InputKind
from ...engine.options import AnalyzeOptions, FrameSelection, ModelChoice
from ...scene.source.frames_from_node import currentFrame
from ...scene.source.pixel_size_line import ENDS, isDrawnOn, markedEnds, spacingFromLine
from ...scene.source.source_options import SourceOptions
from ..similar_library import chosenLibrary

if TYPE_CHECKING:
    from ...scene.mrml.node_types import (
        vtkMRMLMarkupsLineNode,
        vtkMRMLScalarVolumeNode,
        vtkMRMLSegmentationNode,
        vtkMRMLTableNode,
        vtkMRMLTextNode,
        vtkMRMLVolumeNode,
    )


class PanelChoices(Protocol):
    """What a user chose, and the nodes of the result that is shown: the panel's parameter node, as far as jobs ask."""

    inputVolume: vtkMRMLVolumeNode | None
    frames: str
    everyNth: int
    treatAsSlices: bool
    sliceSpacingMm: float
    typedSpacingMm: float
    calibrationLine: vtkMRMLMarkupsLineNode | None
    calibrationLengthMm: float
    prevalence: float
    explainMethod: str
    explainClass: str
    explainAllFrames: bool
    gradeExplanations: bool
    similarCases: bool
    classifier: str
    segmenter: str
    device: str
    segmentation: vtkMRMLSegmentationNode | None
    heatMap: vtkMRMLScalarVolumeNode | None
    table: vtkMRMLTableNode | None
    report: vtkMRMLTextNode | None


def sourceOptions(parameters: PanelChoices) -> SourceOptions:
    """How the chosen volume is to be understood. Raises OptionError for a size that no ultrasound pixel can have."""
    return SourceOptions(
        pixelSpacingMm=manualSpacing(parameters),
        asSlices=parameters.treatAsSlices,
        sliceSpacingMm=parameters.sliceSpacingMm or None,
    )


def manualSpacing(parameters: PanelChoices) -> float | tuple[float, float] | None:
    """The pixel size given by hand, or None: what was typed counts before what was marked. Raises OptionError."""
    if parameters.typedSpacingMm:
        return parameters.typedSpacingMm
    line, volume = parameters.calibrationLine, parameters.inputVolume
    if volume is None or line is None or not isMarked(line) or not isDrawnOn(line, volume):
        return None
    return spacingFromLine(line, volume, parameters.calibrationLengthMm)


def isMarked(line: vtkMRMLMarkupsLineNode | None) -> bool:
    """Whether the calibration line has both of its ends."""
    return line is not None and len(markedEnds(line)) == ENDS


def analyzeOptions(parameters: PanelChoices, kind: InputKind, isOverriding: bool = False) -> AnalyzeOptions:
    """What is to be found in the chosen volume. Raises OptionError for a choice that cannot be.

    `isOverriding` says that a result is wanted even where the image is rejected.
    """
    return AnalyzeOptions(
        frames=FrameSelection() if kind is InputKind.STILL else _frames(parameters),
        explain_class=Label(parameters.explainClass),
        prevalence=parameters.prevalence / 100 or None,
        explain_method=parameters.explainMethod,
        grade_explanations=parameters.gradeExplanations,
        similar=SimilarRequest(chosenLibrary()) if parameters.similarCases else None,
        override_rejection=isOverriding,
    )


def shownFrame(volumeNode: vtkMRMLVolumeNode) -> FrameSelection:
    """The frame of a cine that its browser shows, or the slice of a volume that a view shows, alone."""
    frame = currentFrame(volumeNode)
    return FrameSelection(frame, frame)


def explainedNow(parameters: PanelChoices) -> frozenset[int] | None:
    """The frame that is shown, where that one alone is to be explained; None for all that were analyzed."""
    if parameters.explainAllFrames or parameters.inputVolume is None:
        return None
    return frozenset({currentFrame(parameters.inputVolume)})


def modelChoice(parameters: PanelChoices) -> ModelChoice:
    """Which models are to be used, and where."""
    return ModelChoice(parameters.classifier, parameters.segmenter, parameters.device)


def _frames(parameters: PanelChoices) -> FrameSelection:
    if parameters.frames == "current" and parameters.inputVolume is not None:
        return shownFrame(parameters.inputVolume)
    return FrameSelection(step=parameters.everyNth) if parameters.frames == "every" else FrameSelection()
