"""From one input to its files: the one way that terminal, console and whatever works through many inputs take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..engine.findings.analysis import Analysis
from ..engine.findings.counterfactual.counterfactuals import Counterfactuals
from ..engine.images.frames import Frames
from ..engine.interface import Engine
from ..engine.options import AnalyzeOptions, Cancelling, Progress
from .privacy import without_identifiers
from .reports import ReportOptions
from .result_folder import PLAIN, ResultFiles, SceneWriter, write_results


@dataclass(frozen=True)
class FolderResult:
    """What was found in one input, with the identifiers that may be told, and where it is written."""

    analysis: Analysis
    files: ResultFiles
    counterfactuals: Counterfactuals | None = None


def analyze_to_folder(
    frames: Frames,
    options: AnalyzeOptions,
    folder: str | Path,
    engine: Engine,
    *,
    progress: Progress | None = None,
    cancelled: Cancelling | None = None,
    write_scene: SceneWriter | None = None,
    reports: ReportOptions = PLAIN,
    with_counterfactuals: bool = False,
) -> FolderResult:
    """Analyze one input and write every file of its result.

    Args:
        frames: the input, as `engine.reading.read` or `scene.source.framesFromNode` gives it.
        options: what is asked of the engine.
        folder: where the result goes, chosen before the work starts; it is made, and a result that is there makes way
            whole, but only once the new one is written.
        engine: an `Analyzer`, or the process that has one.
        progress: called as ``progress(done, total, words)``, in frames.
        cancelled: asked between batches of frames.
        write_scene: writes `scene.mrb`, or None for no scene.
        reports: which report files are written too, and whether what tells the patient may stand in any file.
        with_counterfactuals: also check what the key frame's likelihood depends on; nothing of a rejected input.

    Raises:
        BreastUSAIError: what `Engine.analyze` and `write_results` raise. Nothing of this result is left behind then.

    >>> from BreastUSAILib.engine.analyzer import Analyzer
    >>> from BreastUSAILib.engine.bundles.model_folder import load_models
    >>> from BreastUSAILib.engine.options import AnalyzeOptions
    >>> from BreastUSAILib.engine.reading import read
    >>> from BreastUSAILib.report.analyze_to_folder import analyze_to_folder
    >>> frames = next(read("BreastUSAI/Resources/Samples/still_malignant_calibrated.dcm"))
    >>> done = analyze_to_folder(frames, AnalyzeOptions(), "results/exam", Analyzer(load_models()))
    >>> done.analysis.verdict.label.value
    'malignant'
    >>> sorted(path.name for path in done.files.folder.iterdir())
    ['analysis.json', 'heatmap.nrrd', 'preview.png', 'segmentation.seg.nrrd']
    """
    analysis = engine.analyze(frames, options, progress, cancelled)
    checks, key = None, analysis.verdict.key_frame
    if with_counterfactuals and key is not None:
        checks = engine.counterfactuals(frames, {key: analysis.maps.labels(key)}, options, None, cancelled)
    files = write_results(analysis, frames, Path(folder), write_scene, reports, checks)
    return FolderResult(analysis if reports.keep_identity else without_identifiers(analysis), files, checks)
