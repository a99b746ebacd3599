"""Runs one thing at a time: an installation, an analysis, or a re-scoring; each ends in a state and one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import slicer
from slicer.i18n import tr as _

from ...client.installing.install_failure import InstallError
from ...client.installing.installer import InstallerLike, Step
from ...client.jobs.analysis_request import analyzeOptions, modelChoice, sourceOptions
from ...client.jobs.listener import JobListener, ignored
from ...client.process.background_engine import BackgroundEngine
from ...client.stepped_work import UnexpectedError, asError
from ...engine.errors import BreastUSAIError, Cancelled, DependencyError
from ...engine.images.frames import InputKind
from ...engine.images.places import Place
from ...scene.results.arrival import Arrival
from ..words.plain_words import sentenceOf


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


class Runner:
    """Owns engine, installer and the job that is running; knows no widget.

    Set `onState(state, sentence)`, `onProgress(done, total, words)`, `onAnalyzed(nodes, volumeNode)` (what was added,
    and the node that was analyzed) and `onRescored()` to hear of them, and `arrivalOf(volumeNode)` to say how a result
    enters the scene.

    Args:
        engine: what is asked.
        installer: finds and installs Python packages.
    """

    def __init__(self, engine: BackgroundEngine, installer: InstallerLike) -> None:
        self.state = PanelState.IDLE
        self.onState: Callable[[PanelState, str], None] = ignored
        self.onProgress: Callable[[int, int, str], None] = ignored
        self.onAnalyzed: Callable[[Any, Any], None] = ignored
        self.onRescored: Callable[[], None] = ignored
        self.arrivalOf: Callable[[Any], Arrival] = lambda _volume: Arrival.SHOWN
        self._engine, self._installer = engine, installer
        self.logText = ""
        """Of the last failure, where that was a defect: what it is in Python's words."""
        self._isInstalled = False
        self._job: Any = None

    def analyze(self, parameters: Any, kind: InputKind, isEditDropped: bool = False) -> None:
        """Analyze the chosen volume; what is missing is installed first, if the user agrees.

        `isEditDropped` says that outlines which the reader edited may go with the former result.
        """
        volume = parameters.inputVolume

        def makeJob(listener: JobListener) -> Any:
            # With all that shows a result: not when the panel opens.
            from ...client.jobs.analysis_job import AnalysisJob
            from ...scene.results.former_results import Former

            options, source = analyzeOptions(parameters, kind), sourceOptions(parameters)
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

    def rescore(self, parameters: Any) -> None:
        """Score the outlines of the result that is shown, as they are now."""

        def makeJob(listener: JobListener) -> Any:
            from ...client.jobs.rescore_job import RescoreJob

            return RescoreJob(self._engine, parameters, sourceOptions(parameters), listener)

        self._run(parameters, makeJob, lambda _analysis: self.onRescored())

    def find(self, parameters: Any, place: Place) -> None:
        """Look for a lesion at a place of the result that is shown, or remove the outline that is there."""

        def makeJob(listener: JobListener) -> Any:
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
        self.cancel()
        self._engine.stop()

    def _run(self, parameters: Any, makeJob: Callable[[JobListener], Any], onDone: Callable[[Any], None]) -> None:
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
