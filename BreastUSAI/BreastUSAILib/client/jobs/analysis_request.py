"""From what was chosen in the panel to what the engine is asked."""

from __future__ import annotations

from typing import Any

from ...engine.findings.analysis import Label
from ...engine.findings.similar_cases import SimilarRequest
from ...engine.images.frames import InputKind
from ...engine.options import AnalyzeOptions, FrameSelection, ModelChoice
from ...scene.source.frames_from_node import currentFrame
from ...scene.source.pixel_size_line import ENDS, isDrawnOn, markedEnds, spacingFromLine
from ...scene.source.source_options import SourceOptions
from ..similar_library import chosenLibrary


def sourceOptions(parameters: Any) -> SourceOptions:
    """How the chosen volume is to be understood. Raises OptionError for a size that no ultrasound pixel can have."""
    return SourceOptions(
        pixelSpacingMm=manualSpacing(parameters),
        asSlices=parameters.treatAsSlices,
        sliceSpacingMm=parameters.sliceSpacingMm or None,
    )


def manualSpacing(parameters: Any) -> float | tuple[float, float] | None:
    """The pixel size given by hand, or None: what was typed counts before what was marked. Raises OptionError."""
    if parameters.typedSpacingMm:
        return parameters.typedSpacingMm
    line, volume = parameters.calibrationLine, parameters.inputVolume
    if volume is None or not isMarked(line) or not isDrawnOn(line, volume):
        return None
    return spacingFromLine(line, volume, parameters.calibrationLengthMm)


def isMarked(line: Any) -> bool:
    """Whether the calibration line has both of its ends."""
    return line is not None and len(markedEnds(line)) == ENDS


def analyzeOptions(parameters: Any, kind: InputKind, isOverriding: bool = False) -> AnalyzeOptions:
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


def shownFrame(volumeNode: Any) -> FrameSelection:
    """The frame of a cine that its browser shows, or the slice of a volume that a view shows, alone."""
    frame = currentFrame(volumeNode)
    return FrameSelection(frame, frame)


def explainedNow(parameters: Any) -> frozenset[int] | None:
    """The frame that is shown, where that one alone is to be explained; None for all that were analyzed."""
    if parameters.explainAllFrames:
        return None
    return frozenset({currentFrame(parameters.inputVolume)})


def modelChoice(parameters: Any) -> ModelChoice:
    """Which models are to be used, and where."""
    return ModelChoice(parameters.classifier, parameters.segmenter, parameters.device)


def _frames(parameters: Any) -> FrameSelection:
    if parameters.frames == "current":
        return shownFrame(parameters.inputVolume)
    return FrameSelection(step=parameters.everyNth) if parameters.frames == "every" else FrameSelection()
