"""Runs one thing at a time: an installation, an analysis, or a re-scoring; each ends in a state and one sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from ..engine.errors import BreastUSAIError, Cancelled, DependencyError
from ..engine.frames import InputKind
from .analysis_job import AnalysisJob
from .analysis_request import analyzeOptions, modelChoice, sourceOptions
from .install_failure import InstallError
from .job_listener import JobListener
from .packages_controls import InstallerLike, Step
from .panel_state import PanelState
from .rescore_job import RescoreJob
from .sentence import sentenceOf


class Runner:
    """Owns engine, installer and the job that is running; knows no widget.

    Set `onState(state, sentence)`, `onProgress(done, total, words)`, `onAnalyzed(nodes, volumeNode)` (what was added,
    and the node that was analysed) and `onRescored()` to hear of them.

    Args:
        engine: `EngineProcess`, or what behaves like it.
        installer: finds and installs Python packages.
    """

    def __init__(self, engine: Any, installer: InstallerLike) -> None:
        self.state = PanelState.IDLE
        self.onState: Callable[[PanelState, str], None] = _ignored
        self.onProgress: Callable[[int, int, str], None] = _ignored
        self.onAnalyzed: Callable[[Any, Any], None] = _ignored
        self.onRescored: Callable[[], None] = _ignored
        self._engine, self._installer = engine, installer
        self._isInstalled = False
        self._job: Any = None

    def analyze(self, parameters: Any, kind: InputKind) -> None:
        """Analyse the chosen volume; what is missing is installed first, if the user agrees."""
        if self._mayStart():
            volume = parameters.inputVolume
            self._start(
                parameters,
                lambda listener: AnalysisJob(
                    self._engine, volume, analyzeOptions(parameters, kind), sourceOptions(parameters), listener
                ),
                lambda nodes: self.onAnalyzed(nodes, volume),
            )

    def rescore(self, parameters: Any) -> None:
        """Score the outlines of the result that is shown, as they are now."""
        if self._mayStart():
            self._start(
                parameters,
                lambda listener: RescoreJob(self._engine, parameters, sourceOptions(parameters), listener),
                lambda _analysis: self.onRescored(),
            )

    def install(self, step: Step) -> bool:
        """Run an installation; returns whether it ended well. The engine is stopped: its files may be in use."""
        if self.state.isBusy:
            return False
        self._setState(PanelState.INSTALLING)
        try:
            self._engine.stop()
            step(self._onInstallMessage)
        except InstallError as error:
            logging.error("BreastUSAI: %s\n%s", error, error.log)
            self._setState(PanelState.CANCELLED if error.cause == "declined" else PanelState.FAILED, sentenceOf(error))
            return False
        except BreastUSAIError as error:
            self._fail(error)
            return False
        except Exception as error:  # the edge: a module of Slicer or pip may raise anything
            self._failUnexpectedly(error)
            return False
        self._setState(PanelState.IDLE, _("Everything that the engine needs is installed."))
        return True

    def cancel(self) -> None:
        """Stop the job that is running; how it ended comes as a state."""
        if self._job is not None:
            self._job.cancel()

    def cleanup(self) -> None:
        """Stop everything and tell nobody any more."""
        self.onState = self.onProgress = self.onAnalyzed = self.onRescored = _ignored
        self.cancel()
        self._engine.stop()

    def _mayStart(self) -> bool:
        if self.state.isBusy:
            return False
        if not self._isInstalled:
            self._isInstalled = not self._installer.missing() or self.install(self._installer.install)
        return self._isInstalled

    def _start(self, parameters: Any, makeJob: Callable[[Any], Any], onDone: Callable[[Any], None]) -> None:
        self._setState(PanelState.RUNNING)
        try:
            self._engine.models = modelChoice(parameters)
            self._job = makeJob(JobListener(self._onProgress, lambda found: self._onDone(onDone, found), self._fail))
            self._job.start()
        except BreastUSAIError as error:
            self._fail(error)
        except Exception as error:  # the edge: a node may be in any shape
            self._failUnexpectedly(error)

    def _onProgress(self, done: int, total: int, words: str) -> None:
        self.onProgress(done, total, words)

    def _onInstallMessage(self, words: str) -> None:
        self.onProgress(0, 0, words)
        slicer.app.processEvents()

    def _onDone(self, then: Callable[[Any], None], found: Any) -> None:
        self._job = None
        try:
            then(found)
        except BreastUSAIError as error:
            self._fail(error)
        except Exception as error:  # the edge: nobody above could say it
            self._failUnexpectedly(error)
        else:
            self._setState(PanelState.DONE)

    def _fail(self, error: BreastUSAIError) -> None:
        self._job = None
        if isinstance(error, DependencyError):
            self._isInstalled = False
        if isinstance(error, Cancelled):
            self._setState(PanelState.CANCELLED, sentenceOf(error))
        else:
            logging.error("BreastUSAI: %s", error)
            self._setState(PanelState.FAILED, sentenceOf(error))

    def _failUnexpectedly(self, error: Exception) -> None:
        self._job = None
        logging.exception("BreastUSAI: unexpected error")
        self._setState(
            PanelState.FAILED,
            _("Something unexpected went wrong: {error}. Please report it with Slicer's application log.").format(
                error=str(error) or type(error).__name__
            ),
        )

    def _setState(self, state: PanelState, sentence: str = "") -> None:
        self.state = state
        self.onState(state, sentence)


def _ignored(*_told: Any) -> None:
    """What happens to news until somebody wants to know."""
