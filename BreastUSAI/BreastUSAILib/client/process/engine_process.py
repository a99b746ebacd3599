"""The engine in a process of its own, as the panel and the console use it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ...engine.errors import Cancelled, DependencyError
from ...engine.findings.analysis import Analysis
from ...engine.findings.counterfactual.counterfactuals import Counterfactuals
from ...engine.findings.explained import Explanations
from ...engine.images.frames import Frames
from ...engine.interface import Masks
from ...engine.options import AnalyzeOptions, Cancelling, ExplainOptions, ModelChoice, Progress
from ...engine.steps import WAIT, all_at_once
from ..stepped_work import Steps
from .call import Call, Listener, Ticket
from .child import EngineError
from .command import EngineCommand
from .lifetime import EngineLifetime, lifetimeInApplication

if TYPE_CHECKING:
    from ...scene.results.report_contents import ReportContents

__all__ = ["Call", "EngineCommand", "EngineError", "EngineProcess", "Listener", "ModelChoice"]

DEFAULT_OPTIONS = AnalyzeOptions()
Found = TypeVar("Found", Analysis, Counterfactuals, Explanations)
_WAIT_MS = 50
_ANALYSES = {"analyze", "rescore", "explain", "counterfactuals", "analyzeFolder"}
_WITH_MODELS = {*_ANALYSES, "selfCheck"}


class EngineProcess:
    """One user's way to the process, with the user's own choice of models; all of an application share the process.

    It starts at the first question and stays, with the models loaded, for the next ones. Use it on the application's
    main thread. After a crash the next question starts a new process. It ends with the application, at `stop`, after
    fifteen minutes without a question, or when Python ends. Set `models` to choose others; `deviceUsed` is where they
    really ran.

    Args:
        launch: how to start a process of its own; None for the extension's.
        temporaryFolder: where a process of its own keeps pixels and findings; with None for both, it is the
            application's process that is asked.

    >>> from BreastUSAILib.engine.reading import read
    >>> engine = EngineProcess()
    >>> frames = next(read("BreastUSAI/Resources/Samples/still_malignant_calibrated.dcm"))
    >>> analysis = engine.analyze(frames)
    >>> analysis.verdict.label.value
    'malignant'
    >>> engine.state
    'ready'
    >>> engine.stop()
    """

    def __init__(self, launch: EngineCommand | None = None, temporaryFolder: str | None = None) -> None:
        self.models = ModelChoice()
        self.deviceUsed: str | None = None
        isShared = launch is None and temporaryFolder is None
        self._lifetime = lifetimeInApplication() if isShared else EngineLifetime(launch, temporaryFolder)
        self._connection = self._lifetime.connection

    @property
    def isRunning(self) -> bool:
        """Whether there is a process."""
        return self._connection.isRunning

    @property
    def state(self) -> str:
        """``stopped``, ``starting``, ``ready`` or ``busy``."""
        if not self._connection.isRunning:
            return "stopped"
        if not self._connection.isGreeted:
            return "starting"
        return "busy" if self._lifetime.isBusy else "ready"

    @property
    def isAnalyzing(self) -> bool:
        """Whether an analysis is awaited, by whoever shares the process."""
        return self._lifetime.isAnalyzing

    @property
    def logText(self) -> str:
        """The last of what the process wrote to stderr, and notes on its starts and ends."""
        return self._connection.log.text

    def startAnalysis(
        self, frames: Frames, options: AnalyzeOptions, listener: Listener, masks: Masks | None = None
    ) -> Call:
        """Analyze, or where masks are given re-score, without waiting; `listener.onDone` gets the Analysis."""
        ticket = Ticket(analyzes=True)
        return self._begin(ticket, self._analysis(ticket, frames, options, masks, listener.onProgress), listener)

    def startCounterfactuals(self, frames: Frames, options: AnalyzeOptions, listener: Listener, masks: Masks) -> Call:
        """Check what the likelihood depends on, without waiting; `listener.onDone` gets the Counterfactuals."""
        ticket = Ticket(analyzes=True)
        return self._begin(ticket, self._checks(ticket, frames, options, masks, listener.onProgress), listener)

    def startExplaining(self, frames: Frames, masks: Masks, options: ExplainOptions, listener: Listener) -> Call:
        """Explain without waiting; `listener.onDone` gets the Explanations."""
        ticket = Ticket(analyzes=True)
        return self._begin(ticket, self._explanations(ticket, frames, masks, options, listener.onProgress), listener)

    def startRequest(self, method: str, params: Mapping[str, Any], listener: Listener) -> Call:
        """Ask without waiting; `listener.onDone` gets the answer, a dict."""
        ticket = Ticket(analyzes=method in _ANALYSES)
        return self._begin(ticket, self._answer(ticket, method, params, listener.onProgress), listener)

    def startReport(self, contents: ReportContents, params: Mapping[str, Any], listener: Listener) -> Call:
        """Write a result's reports without waiting; `listener.onDone` gets the answer of ``saveReport``, a dict."""
        ticket = Ticket(analyzes=False)
        return self._begin(ticket, self._report(ticket, contents, params, listener.onProgress), listener)

    def saveReport(self, contents: ReportContents, params: Mapping[str, Any]) -> dict[str, Any]:
        """The same, waiting for it. Raises what ``saveReport`` answers, and EngineError."""
        ticket = Ticket(analyzes=False)
        return self._finish(ticket, self._report(ticket, contents, params, None))

    def analyze(
        self,
        frames: Frames,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Analysis:
        """As `Analyzer.analyze`: waits for the result, with or without an event loop. Also raises EngineError."""
        ticket = Ticket(analyzes=True)
        return self._finish(ticket, self._analysis(ticket, frames, options, None, progress), cancelled)

    def rescore(
        self,
        frames: Frames,
        masks: Masks,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Analysis:
        """As `Analyzer.rescore`: waits for the result, with or without an event loop. Also raises EngineError."""
        ticket = Ticket(analyzes=True)
        return self._finish(ticket, self._analysis(ticket, frames, options, masks, progress), cancelled)

    def counterfactuals(
        self,
        frames: Frames,
        masks: Masks,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Counterfactuals:
        """As `Analyzer.counterfactuals`: waits for the result. Also raises EngineError."""
        ticket = Ticket(analyzes=True)
        return self._finish(ticket, self._checks(ticket, frames, options, masks, progress), cancelled)

    def explain(
        self,
        frames: Frames,
        masks: Masks,
        options: ExplainOptions,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Explanations:
        """As `Analyzer.explain`: waits for the result, with or without an event loop. Also raises EngineError."""
        ticket = Ticket(analyzes=True)
        return self._finish(ticket, self._explanations(ticket, frames, masks, options, progress), cancelled)

    def request(self, method: str, params: Mapping[str, Any], progress: Progress | None = None) -> dict[str, Any]:
        """Ask and wait for the answer. Raises what the method answers, and EngineError."""
        ticket = Ticket(analyzes=method in _ANALYSES)
        return self._finish(ticket, self._answer(ticket, method, params, progress))

    def stop(self) -> None:
        """End the process, politely at first, and delete what was in files. Calls that run fail, whoever asked."""
        self._lifetime.stop()

    def _begin(self, ticket: Ticket, steps: Steps, listener: Listener) -> Call:
        calls = self._lifetime.calls
        call = Call(ticket, steps, listener, calls.remove)
        calls.append(call)
        return call

    def _finish(self, ticket: Ticket, steps: Steps, cancelled: Cancelling | None = None) -> Any:
        def between(mustWait: bool) -> None:
            if cancelled is not None and cancelled():
                raise Cancelled
            if mustWait:
                self._connection.wait(_WAIT_MS)

        with self._lifetime.waitedFor(ticket):
            return all_at_once(steps, between)

    def _analysis(
        self, ticket: Ticket, frames: Frames, options: AnalyzeOptions, masks: Masks | None, progress: Progress | None
    ) -> Generator[Any, None, Analysis]:
        from ...engine.remote.exchange import read_analysis  # not when the panel opens

        method = "analyze" if masks is None else "rescore"
        return (yield from self._through(ticket, method, frames, options, masks, progress, read_analysis))

    def _checks(
        self, ticket: Ticket, frames: Frames, options: AnalyzeOptions, masks: Masks, progress: Progress | None
    ) -> Generator[Any, None, Counterfactuals]:
        from ...engine.remote.exchange import read_counterfactuals

        method = "counterfactuals"
        return (yield from self._through(ticket, method, frames, options, masks, progress, read_counterfactuals))

    def _through(
        self,
        ticket: Ticket,
        method: str,
        frames: Frames,
        options: AnalyzeOptions | ExplainOptions,
        masks: Masks | None,
        progress: Progress | None,
        read: Callable[[Path], Generator[Any, None, Found]],
    ) -> Generator[Any, None, Found]:
        """Frames and masks into a folder, the question, and the answer out of the folder."""
        from ...engine.remote.exchange import write_input

        self._lifetime.start()
        with self._lifetime.privateFolder().subfolder(ticket.afterEnd) as folder:
            yield from write_input(folder, frames, options, masks)
            answer = yield from self._answer(ticket, method, {"folder": str(folder)}, progress)
            self.deviceUsed = answer.get("device")
            return (yield from read(folder))

    def _report(
        self, ticket: Ticket, contents: ReportContents, params: Mapping[str, Any], progress: Progress | None
    ) -> Generator[Any, None, dict[str, Any]]:
        from ...engine.remote.exchange import write_report_input

        self._lifetime.start()
        with self._lifetime.privateFolder().subfolder(ticket.afterEnd) as folder:
            yield from write_report_input(folder, contents.frames, contents.masks, contents.maps, contents.document)
            return (yield from self._answer(ticket, "saveReport", {"folder": str(folder), **params}, progress))

    def _explanations(
        self, ticket: Ticket, frames: Frames, masks: Masks, options: ExplainOptions, progress: Progress | None
    ) -> Generator[Any, None, Explanations]:
        from ...engine.remote.explanation_files import read_explanations

        return (yield from self._through(ticket, "explain", frames, options, masks, progress, read_explanations))

    def _answer(
        self, ticket: Ticket, method: str, params: Mapping[str, Any], progress: Progress | None
    ) -> Generator[Any, None, dict[str, Any]]:
        self._lifetime.start()
        models = {"models": asdict(self.models)} if method in _WITH_MODELS else {}
        self._connection.send(ticket, method, {**params, **models})
        try:
            while True:
                while progress is not None and ticket.news:  # before the end: the last may come with the answer
                    progress(*ticket.news.popleft())
                if ticket.isEnded:
                    break
                yield WAIT
        finally:
            self._connection.abandon(ticket)  # where it is not answered yet: nobody waits for it any more
            self._lifetime.used()
        if isinstance(ticket.error, DependencyError):
            self._connection.renew()  # packages that will be installed are found by a new process alone
        if ticket.error is not None:
            raise ticket.error
        return dict(ticket.answer or {})
