"""Runs one thing at a time: installation, analysis, re-scoring, checks, explanations.

Each ends in a state and one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

import slicer
from slicer.i18n import tr as _

from ...client.installing.install_failure import InstallError
from ...client.installing.installer import InstallerLike, Step
from ...client.jobs.analysis_request import analyzeOptions, explainedNow, modelChoice, sourceOptions
from ...client.jobs.listener import JobListener, ignored
from ...client.process.background_engine import BackgroundEngine
from ...client.stepped_work import UnexpectedError, asError
from ...engine.errors import BreastUSAIError, Cancelled, DependencyError
from ...engine.findings.analysis import Label
from ...engine.images.frames import InputKind
from ...engine.images.places import Place
from ...engine.options import methods_in
from ...scene.results.arrival import Arrival
from ..words.plain_words import sentenceOf

if TYPE_CHECKING:
    from ...client.jobs.analysis_job import AnalyzedNodes
    from ...engine.findings.counterfactual.counterfactuals import Counterfactuals
    from ...scene.mrml.node_types import vtkMRMLScalarVolumeNode, vtkMRMLTextNode, vtkMRMLVolumeNode
    from ..parameters import BreastUSAIParameters


class PanelState(Enum):
    """`CANCELLED`, `FAILED` and `DONE` say how the last run ended; all but two of the states are at rest."""

    IDLE = "idle"
    INSTALLING = "installing"
    RUNNING = "running"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"

    @property
    def isBusy(self) -> bool:
        """Whether something is going on that nothing else may go on beside."""
        return self in (PanelState.INSTALLING, PanelState.RUNNING)


class Job(Protocol):
    """What runs: it tells its end to the listener that it was made with."""

    def start(self) -> None:
        """Begin."""

    def cancel(self) -> None:
        """End early."""


class Runner:
    """Owns engine, installer and the job that is running; knows no widget.

    Set `onState(state, sentence)`, `onProgress(done, total, words)`, `onAnalyzed(nodes, volumeNode)` (what was added,
    and the node that was analyzed), `onRescored()`, `onChecked(counterfactuals)` and `onExplained(nodes, report)` to
    hear of them, and
    `arrivalOf(volumeNode)` to say how a result enters the scene.

    Args:
        engine: what is asked.
        installer: finds and installs Python packages.
    """

    def __init__(self, engine: BackgroundEngine, installer: InstallerLike) -> None:
        self.state = PanelState.IDLE
        self.onState: Callable[[PanelState, str], None] = ignored
        self.onProgress: Callable[[int, int, str], None] = ignored
        self.onAnalyzed: Callable[[AnalyzedNodes, vtkMRMLVolumeNode], None] = ignored
        self.onRescored: Callable[[], None] = ignored
        self.onChecked: Callable[[Counterfactuals], None] = ignored
        self.onExplained: Callable[[Mapping[str, vtkMRMLScalarVolumeNode], vtkMRMLTextNode | None], None] = ignored
        self.arrivalOf: Callable[[vtkMRMLVolumeNode], Arrival] = lambda _volume: Arrival.SHOWN
        self._engine, self._installer = engine, installer
        self.logText = ""
        """What Python says of the last failure, where that was a defect."""
        self._isInstalled = False
        self._job: Job | None = None

    def analyze(
        self, parameters: BreastUSAIParameters, kind: InputKind, isEditDropped: bool = False, isOverriding: bool = False
    ) -> None:
        """Analyze the chosen volume; what is missing is installed first, if the user agrees.

        `isEditDropped` says that outlines which the reader edited may go with the former result,
        `isOverriding` that a result is wanted even where the image is rejected.
        """
        volume = parameters.inputVolume
        if volume is None:
            return

        def makeJob(listener: JobListener) -> Job:
            # With all that shows a result: not when the panel opens.
            from ...client.jobs.analysis_job import AnalysisJob
            from ...scene.results.former_results import Former

            options, source = analyzeOptions(parameters, kind, isOverriding), sourceOptions(parameters)
            former = Former.REPLACE if isEditDropped else Former.KEEP_EDITED
            return AnalysisJob(
                self._engine,
                volume,
                options,
                source,
                listener,
                arrival=lambda: self.arrivalOf(volume),
                former=Former.KEEP if parameters.keepFormer else former,
            )

        self._run(parameters, makeJob, lambda nodes: self.onAnalyzed(nodes, volume))

    def rescore(self, parameters: BreastUSAIParameters) -> None:
        """Score the outlines of the result that is shown, as they are now."""

        def makeJob(listener: JobListener) -> Job:
            from ...client.jobs.rescore_job import RescoreJob

            return RescoreJob(self._engine, parameters, sourceOptions(parameters), listener)

        self._run(parameters, makeJob, lambda _analysis: self.onRescored())

    def check(self, parameters: BreastUSAIParameters) -> None:
        """Check what the likelihood of the result that is shown depends on."""

        def makeJob(listener: JobListener) -> Job:
            from ...client.jobs.counterfactual_job import CounterfactualJob

            return CounterfactualJob(self._engine, parameters, sourceOptions(parameters), listener)

        self._run(parameters, makeJob, lambda found: self.onChecked(found))

    def explain(self, parameters: BreastUSAIParameters) -> None:
        """Explain the result that is shown by the methods that are chosen."""
        report = parameters.report

        def makeJob(listener: JobListener) -> Job:
            from ...client.jobs.explain_job import ExplainJob

            methods, frames = methods_in(parameters.explanations), explainedNow(parameters)
            label, source = Label(parameters.explainClass), sourceOptions(parameters)
            return ExplainJob(
                self._engine, parameters.inputVolume, parameters, methods, label, source, listener, frames
            )

        self._run(parameters, makeJob, lambda nodes: self.onExplained(nodes, report))

    def find(self, parameters: BreastUSAIParameters, place: Place) -> None:
        """Look for a lesion at a place of the result that is shown, or remove the outline that is there."""

        def makeJob(listener: JobListener) -> Job:
            from ...client.jobs.place_job import PlaceJob

            return PlaceJob(self._engine, parameters, sourceOptions(parameters), place, listener)

        self._run(parameters, makeJob, lambda _lesion: self.onRescored())

    def install(self, step: Step) -> bool:
        """Run an installation; returns whether it ended well.

        The engine is stopped, as its files may be in use; but not while it analyzes for somebody else.
        """
        if self.state.isBusy:
            return False
        with self._edge():
            if self._engine.isAnalyzing:
                raise InstallError(
                    "unknown",
                    _("the engine is analyzing something for a script, which an installation would stop"),
                    remedy=_("Wait until that is done, then try again"),
                )
            self._setState(PanelState.INSTALLING)
            self._engine.stop()
            step(self._onInstallMessage)
            self._setState(PanelState.IDLE, _("Everything that the engine needs is installed."))
        return self.state is PanelState.IDLE

    def cancel(self) -> None:
        """Stop the job that is running; how it ended comes as a state."""
        if self._job is not None:
            self._job.cancel()

    def cleanup(self) -> None:
        """Stop everything and tell nobody any more."""
        self.onState = self.onProgress = self.onAnalyzed = self.onRescored = ignored
        self.onChecked = self.onExplained = ignored
        self.cancel()
        self._engine.stop()

    def _run(
        self, parameters: BreastUSAIParameters, makeJob: Callable[[JobListener], Job], onDone: Callable[[Any], None]
    ) -> None:
        if self.state.isBusy:
            return
        with self._edge():
            if not self._isComplete():
                return
            self._setState(PanelState.RUNNING)
            self._engine.models = modelChoice(parameters)
            self._job = makeJob(JobListener(self._onProgress, lambda found: self._onDone(onDone, found), self._fail))
            self._job.start()

    def _isComplete(self) -> bool:
        """Whether the engine has every package, after an installation where some were missing."""
        if not self._isInstalled:
            self._isInstalled = not self._installer.missing() or self.install(self._installer.install)
        return self._isInstalled

    @contextmanager
    def _edge(self) -> Iterator[None]:
        """Whatever is raised within ends in a state and a sentence: nobody above could say it."""
        try:
            yield
        except Exception as error:  # pip, Slicer's modules and nodes in any shape may raise anything
            self._fail(asError(error))

    def _onProgress(self, done: int, total: int, words: str) -> None:
        self.onProgress(done, total, words)

    def _onInstallMessage(self, words: str) -> None:
        self.onProgress(0, 0, words)
        slicer.app.processEvents()

    def _onDone(self, then: Callable[[Any], None], found: Any) -> None:
        self._job = None
        with self._edge():
            then(found)
            self._setState(PanelState.DONE)

    def _fail(self, error: BreastUSAIError) -> None:
        self._job = None
        if isinstance(error, DependencyError):
            self._isInstalled = False
        self.logText = error.log if isinstance(error, UnexpectedError) else ""
        declined = isinstance(error, InstallError) and error.cause == "declined"
        state = PanelState.CANCELLED if declined or isinstance(error, Cancelled) else PanelState.FAILED
        self._setState(state, sentenceOf(error))

    def _setState(self, state: PanelState, sentence: str = "") -> None:
        self.state = state
        self.onState(state, sentence)
