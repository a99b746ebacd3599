"""What scripts ask of the engine: the same analysis as the panel's, without a panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..engine.errors import BreastUSAIError, OptionError
from ..engine.findings.analysis import CLASSES, Label
from ..engine.options import AnalyzeOptions, FrameSelection, Place, Progress
from ..scene.results.former_results import Former
from ..scene.source.source_options import SourceOptions
from .jobs.analysis_job import AnalysisJob, AnalyzedNodes
from .jobs.analysis_request import shownFrame
from .jobs.listener import JobListener, ignored
from .process.background_engine import BackgroundEngine
from .script_arrival import arrivalOf

CURRENT = "current"


def analyzeNode(
    engine: BackgroundEngine,
    volumeNode: Any,
    *,
    frames: str,
    explainClass: str,
    wait: bool,
    progress: Progress | None,
    prevalence: float | None,
    explainMethod: str | None,
    pixelSpacingMm: float | tuple[float, float] | None,
    asSlices: bool,
    sliceSpacingMm: float | None,
    keepFormer: bool,
    at: str | Sequence[str],
    onDone: Callable[[AnalyzedNodes], None] | None,
    onFailed: Callable[[BreastUSAIError], None] | None,
) -> AnalyzedNodes | AnalysisJob:
    """See `BreastUSAILogic.analyze`."""
    selection = selectedFrames(frames, volumeNode)
    places = tuple(Place.parse(one) for one in ([at] if isinstance(at, str) else at))
    options = AnalyzeOptions(selection, classNamed(explainClass), prevalence, explainMethod, places)
    source = SourceOptions(pixelSpacingMm, asSlices, sliceSpacingMm)
    listener = JobListener(progress or ignored, onDone or ignored, onFailed or ignored)
    former = Former.KEEP if keepFormer else Former.KEEP_EDITED
    job = AnalysisJob(
        engine, volumeNode, options, source, listener, arrival=lambda: arrivalOf(volumeNode), former=former
    )
    if wait:
        return job.runBlocking()
    job.start()
    return job


def analyzeFolder(
    engine: BackgroundEngine,
    path: str | Path,
    outputFolder: str | Path,
    *,
    frames: str,
    explainClass: str,
    prevalence: float | None,
    explainMethod: str | None,
    progress: Progress | None,
) -> dict[str, Any]:
    """See `BreastUSAILogic.analyzeFolder`."""
    options = AnalyzeOptions(  # refuses what cannot be
        selectedFrames(frames), classNamed(explainClass), prevalence, explainMethod
    )
    params = {
        "inputs": [str(path)],
        "output": str(outputFolder),
        "frames": frames,
        "explainClass": options.explain_class.value,
        "prevalence": options.prevalence,
        "explainMethod": options.explain_method,
    }
    return engine.request("analyzeFolder", params, progress)


def classNamed(name: str) -> Label:
    """The class of that name. Raises OptionError."""
    for label in CLASSES:
        if label.value == name:
            return label
    names = ", ".join(label.value for label in CLASSES)
    raise OptionError(f"'{name}' is not a class", remedy=f"Choose one of {names}")


def selectedFrames(frames: str, volumeNode: Any = None) -> FrameSelection:
    """What `frames` says; ``current`` is the frame of `volumeNode` that is shown. Raises OptionError."""
    if frames != CURRENT:
        return FrameSelection.parse(frames)
    if volumeNode is None:
        raise OptionError(
            f"'{CURRENT}' is the frame that a view shows, and only a volume node is shown in one",
            remedy="Give 'all', 'key', 'every:S', an index N, or a range N-M",
        )
    return shownFrame(volumeNode)
