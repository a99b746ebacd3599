"""What scripts ask of the engine: the same analysis as the panel's, without a panel."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.errors import BreastUSAIError, OptionError
from ..engine.findings.analysis import CLASSES, Label
from ..engine.findings.similar_cases import SimilarRequest
from ..engine.options import AnalyzeOptions, FrameSelection, Place, Progress, methods_in, report_kinds
from ..engine.steps import all_at_once
from ..scene.mrml.result_links import resultOf
from ..scene.results.former_results import Former
from ..scene.results.report_contents import reportContentsInSteps
from ..scene.results.stored_report import storedReport
from ..scene.source.source_options import SourceOptions
from .jobs.analysis_job import AnalysisJob, AnalyzedNodes
from .jobs.analysis_request import shownFrame
from .jobs.explain_job import ExplainJob
from .jobs.listener import JobListener, ignored
from .process.background_engine import BackgroundEngine
from .script_arrival import arrivalOf

if TYPE_CHECKING:
    from ..scene.mrml.node_types import vtkMRMLVolumeNode

CURRENT = "current"
_MOST = 2**31


def analyzeNode(
    engine: BackgroundEngine,
    volumeNode: vtkMRMLVolumeNode | None,
    *,
    frames: str,
    explainClass: str,
    wait: bool,
    progress: Progress | None,
    prevalence: float | None,
    explainMethod: str | None,
    gradeExplanations: bool,
    explain: str | Sequence[str],
    overrideRejection: bool,
    pixelSpacingMm: float | tuple[float, float] | None,
    asSlices: bool,
    sliceSpacingMm: float | None,
    keepFormer: bool,
    at: str | Sequence[str],
    onDone: Callable[[AnalyzedNodes], None] | None,
    onFailed: Callable[[BreastUSAIError], None] | None,
    similarCases: bool | str | Path = False,
) -> AnalyzedNodes | AnalysisJob:
    """See `BreastUSAILogic.analyze`."""
    selection = selectedFrames(frames, volumeNode)
    places = tuple(Place.parse(one) for one in ([at] if isinstance(at, str) else at))
    options = AnalyzeOptions(
        selection,
        classNamed(explainClass),
        prevalence,
        explainMethod,
        methodsNamed(explain),
        similar=similarRequest(similarCases),
        grade_explanations=gradeExplanations,
        override_rejection=overrideRejection,
        places=places,
    )
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
    gradeExplanations: bool,
    explain: str | Sequence[str],
    overrideRejection: bool,
    counterfactuals: bool,
    progress: Progress | None,
    report: str,
    keepIdentity: bool,
    similarCases: bool | str | Path = False,
) -> dict[str, Any]:
    """See `BreastUSAILogic.analyzeFolder`."""
    options = AnalyzeOptions(  # refuses what cannot be
        selectedFrames(frames),
        classNamed(explainClass),
        prevalence,
        explainMethod,
        methodsNamed(explain),
        similar=similarRequest(similarCases),
        grade_explanations=gradeExplanations,
        override_rejection=overrideRejection,
    )
    params = {
        "inputs": [str(path)],
        "output": str(outputFolder),
        "frames": frames,
        "explainClass": options.explain_class.value,
        "prevalence": options.prevalence,
        "explainMethod": options.explain_method,
        "report": ",".join(report_kinds(report)),
        "keepIdentity": keepIdentity,
        "gradeExplanations": options.grade_explanations,
        "similarLibrary": options.similar and options.similar.library,
        "explain": ",".join(options.explain),
        "overrideRejection": options.override_rejection,
        "counterfactuals": counterfactuals,
    }
    return engine.request("analyzeFolder", params, progress)


def saveReport(
    engine: BackgroundEngine,
    volumeNode: vtkMRMLVolumeNode | None,
    outputFolder: str | Path,
    *,
    report: str,
    keepIdentity: bool,
) -> dict[str, Any]:
    """See `BreastUSAILogic.saveReport`."""
    params = {"output": str(outputFolder), "report": ",".join(report_kinds(report)), "keepIdentity": keepIdentity}
    result = None if volumeNode is None else resultOf(volumeNode)
    contents = all_at_once(reportContentsInSteps(result, volumeNode, SourceOptions()), lambda _mustWait: None)
    return engine.saveReport(contents, params)


def similarRequest(asked: bool | str | Path) -> SimilarRequest | None:
    """What a script asked for: True is the shipped library, a path one of this computer."""
    if asked is False:
        return None
    return SimilarRequest("" if asked is True else str(Path(asked).absolute()))


def explainNode(
    engine: BackgroundEngine,
    volumeNode: vtkMRMLVolumeNode | None,
    methods: str | Sequence[str],
    *,
    frames: str,
    explainClass: str,
    wait: bool,
    progress: Progress | None,
    onDone: Callable[[dict[str, Any]], None] | None,
    onFailed: Callable[[BreastUSAIError], None] | None,
) -> dict[str, Any] | ExplainJob:
    """See `BreastUSAILogic.explain`."""
    result = None if volumeNode is None else resultOf(volumeNode)
    chosen: Collection[int | None] | None = None
    if frames == "key" and result is not None and result.report is not None:
        stored = storedReport(result.report)
        chosen = frozenset() if stored is None else frozenset({stored.analysis.verdict.key_frame})
    elif frames != "all":
        selection = selectedFrames(frames, volumeNode)
        chosen = range(selection.first, _MOST if selection.last is None else selection.last + 1, selection.step)
    label, options = classNamed(explainClass), methodsNamed(methods)
    listener = JobListener(progress or ignored, onDone or ignored, onFailed or ignored)
    job = ExplainJob(engine, volumeNode, result, options, label, SourceOptions(), listener, chosen)
    if wait:
        return job.runBlocking()
    job.start()
    return job


def methodsNamed(methods: str | Sequence[str]) -> tuple[str, ...]:
    """The explanation methods of a text with commas between, or of several texts, each once. Raises OptionError."""
    return methods_in(methods if isinstance(methods, str) else ",".join(methods))


def classNamed(name: str) -> Label:
    """The class of that name. Raises OptionError."""
    for label in CLASSES:
        if label.value == name:
            return label
    names = ", ".join(label.value for label in CLASSES)
    raise OptionError(f"'{name}' is not a class", remedy=f"Choose one of {names}")


def selectedFrames(frames: str, volumeNode: vtkMRMLVolumeNode | None = None) -> FrameSelection:
    """What `frames` says; ``current`` is the frame of `volumeNode` that is shown. Raises OptionError."""
    if frames != CURRENT:
        return FrameSelection.parse(frames)
    if volumeNode is None:
        raise OptionError(
            f"'{CURRENT}' is the frame that a view shows, and only a volume node is shown in one",
            remedy="Give 'all', 'key', 'every:S', an index N, or a range N-M",
        )
    return shownFrame(volumeNode)
