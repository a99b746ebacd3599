"""What scripts ask of the engine: the same analysis as the panel's, without a panel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..engine.analysis import CLASSES, Label
from ..engine.errors import BreastUSAIError, OptionError
from ..engine.options import AnalyzeOptions, FrameSelection
from ..scene.frames_from_node import currentFrame
from ..scene.source_options import SourceOptions
from .analysis_job import AnalysisJob
from .ignored import ignored
from .job_listener import JobListener

Progress = Callable[[int, int, str], None]


def analyzeNode(
    engine: Any,
    volumeNode: Any,
    frames: str,
    explainClass: str,
    wait: bool,
    progress: Progress | None,
    prevalence: float | None = None,
    explainMethod: str | None = None,
    pixelSpacingMm: float | tuple[float, float] | None = None,
    asSlices: bool = False,
    sliceSpacingMm: float | None = None,
    onDone: Callable[[Any], None] | None = None,
    onFailed: Callable[[BreastUSAIError], None] | None = None,
) -> Any:
    """See `BreastUSAILogic.analyze`."""
    options = AnalyzeOptions(_selection(frames, volumeNode), classNamed(explainClass), prevalence, explainMethod)
    source = SourceOptions(pixelSpacingMm, asSlices, sliceSpacingMm)
    listener = JobListener(progress or ignored, onDone or ignored, onFailed or ignored)
    job = AnalysisJob(engine, volumeNode, options, source, listener)
    if wait:
        return job.runBlocking()
    job.start()
    return job


def analyzeFolder(
    engine: Any,
    path: str | Path,
    outputFolder: str | Path,
    frames: str,
    explainClass: str,
    prevalence: float | None,
    progress: Progress | None,
) -> dict[str, Any]:
    """See `BreastUSAILogic.analyzeFolder`."""
    FrameSelection.parse(frames)
    params = {
        "inputs": [str(path)],
        "output": str(outputFolder),
        "frames": frames,
        "explainClass": classNamed(explainClass).value,
        "prevalence": prevalence,
    }
    return engine.request("analyzeFolder", params, progress)


def classNamed(name: str) -> Label:
    """The class of that name. Raises OptionError."""
    for label in CLASSES:
        if label.value == name:
            return label
    names = ", ".join(label.value for label in CLASSES)
    raise OptionError(f"'{name}' is no class", remedy=f"Choose one of {names}")


def _selection(frames: str, volumeNode: Any) -> FrameSelection:
    if frames == "current":
        frame = currentFrame(volumeNode)
        return FrameSelection(frame, frame)
    return FrameSelection.parse(frames)
