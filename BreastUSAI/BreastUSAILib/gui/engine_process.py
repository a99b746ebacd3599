"""The engine in a process of its own, as the panel and the console use it."""

from __future__ import annotations

import atexit
import os
import weakref
from collections.abc import Generator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qt
import slicer
from slicer.i18n import tr as _

from ..engine.analysis import Analysis
from ..engine.errors import BreastUSAIError, Cancelled, DependencyError
from ..engine.frames import Frames
from ..engine.options import AnalyzeOptions, Cancelling, Progress
from ..engine.remote.model_choice import ModelChoice
from ..engine.remote.private_folder import PrivateFolder
from .engine_call import Call, Listener, Ticket
from .engine_child import EngineError
from .engine_command import EngineCommand
from .engine_connection import EngineConnection
from .slices import WAIT, Steps

if TYPE_CHECKING:
    from ..engine.remote.exchange import Masks

__all__ = ["Call", "EngineCommand", "EngineError", "EngineProcess", "Listener", "ModelChoice"]

LOG_FILE = "engine.log"
DEFAULT_OPTIONS = AnalyzeOptions()
_WAIT_MS = 50
_WITH_MODELS = {"analyze", "rescore", "analyzeFolder", "selfCheck"}


class EngineProcess:
    """Starts the process at the first question and keeps it, with the models loaded, for the next ones.

    Use it on the application's main thread. After a crash the next question starts a new process. It ends with the
    application, at `stop`, or when Python ends. Set `models` to choose others; `deviceUsed` is where they really ran.

    Args:
        launch: how to start the process; None for the extension's own.
        temporaryFolder: where the folder for pixels and findings is made; None for the application's own.
    """

    def __init__(self, launch: EngineCommand | None = None, temporaryFolder: str | None = None) -> None:
        self.models = ModelChoice()
        self.deviceUsed: str | None = None
        self._temporaryFolder = temporaryFolder
        self._connection = EngineConnection(launch)
        self._folder: PrivateFolder | None = None
        self._calls: list[Call] = []
        self._atQuit = self.stop  # one object, so that it can be disconnected
        self._application: Any = None
        atexit.register(_stopAtExit, weakref.ref(self))

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
        return "busy" if self._calls or self._connection.isWaiting else "ready"

    @property
    def logText(self) -> str:
        """The last of what the process wrote to stderr, and notes on its starts and ends."""
        return self._connection.log.text

    @property
    def logPath(self) -> str | None:
        """The same as a file, from the first start until `stop`; None where it cannot be written."""
        return self._connection.log.path

    def startAnalysis(
        self, frames: Frames, options: AnalyzeOptions, listener: Listener, masks: Masks | None = None
    ) -> Call:
        """Analyse, or where masks are given re-score, without waiting; `listener.onDone` gets the Analysis."""
        ticket = Ticket()
        return self._begin(ticket, self._analysis(ticket, frames, options, masks, listener.onProgress), listener)

    def startRequest(self, method: str, params: Mapping[str, Any], listener: Listener) -> Call:
        """Ask without waiting; `listener.onDone` gets the answer, a dict."""
        ticket = Ticket()
        return self._begin(ticket, self._answer(ticket, method, params, listener.onProgress), listener)

    def analyze(
        self,
        frames: Frames,
        options: AnalyzeOptions = DEFAULT_OPTIONS,
        progress: Progress | None = None,
        cancelled: Cancelling | None = None,
    ) -> Analysis:
        """As `Analyzer.analyze`: waits for the result, with or without an event loop. Also raises EngineError."""
        ticket = Ticket()
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
        ticket = Ticket()
        return self._finish(ticket, self._analysis(ticket, frames, options, masks, progress), cancelled)

    def request(self, method: str, params: Mapping[str, Any], progress: Progress | None = None) -> dict[str, Any]:
        """Ask and wait for the answer. Raises what the method answers, and EngineError."""
        ticket = Ticket()
        return self._finish(ticket, self._answer(ticket, method, params, progress), None)

    def stop(self) -> None:
        """End the process, politely at first, and delete what was in files. Calls that run fail."""
        stopped = EngineError(_("the engine was stopped"), remedy=_("Start again when you need it"))
        for call in self._calls:
            call.abort(stopped)
        self._connection.stop()
        self._connection.log.closeFile()
        if self._folder is not None:
            self._folder.remove()
            self._folder = None
        if self._application is not None:
            self._application.aboutToQuit.disconnect(self._atQuit)
            self._application = None

    def _begin(self, ticket: Ticket, steps: Steps, listener: Listener) -> Call:
        call = Call(ticket, steps, listener, self._connection.cancel, self._calls.remove)
        self._calls.append(call)
        return call

    def _finish(self, ticket: Ticket, steps: Steps, cancelled: Cancelling | None) -> Any:
        try:
            while True:
                mustWait = next(steps)
                if cancelled is not None and not ticket.cancelled and cancelled():
                    if not ticket.isWaiting:
                        raise Cancelled
                    self._connection.cancel(ticket)
                if mustWait is WAIT:
                    self._connection.wait(_WAIT_MS)
        except StopIteration as end:
            return end.value
        finally:
            steps.close()

    def _analysis(
        self, ticket: Ticket, frames: Frames, options: AnalyzeOptions, masks: Masks | None, progress: Progress | None
    ) -> Generator[Any, None, Analysis]:
        from ..engine.remote.exchange import read_analysis, write_input  # not when the panel opens

        self._start()
        with self._privateFolder().subfolder() as folder:
            yield from write_input(folder, frames, options, masks)
            method = "analyze" if masks is None else "rescore"
            answer = yield from self._answer(ticket, method, {"folder": str(folder)}, progress)
            self.deviceUsed = answer.get("device")
            return (yield from read_analysis(folder))

    def _answer(
        self, ticket: Ticket, method: str, params: Mapping[str, Any], progress: Progress | None
    ) -> Generator[Any, None, dict[str, Any]]:
        self._start()
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
            self._connection.cancel(ticket)  # where it is not answered yet: nobody waits for it any more
        if isinstance(ticket.error, DependencyError):
            self._connection.renew()  # packages that will be installed are found by a new process alone
        if ticket.error is not None:
            raise ticket.error
        if ticket.cancelled:
            raise Cancelled
        return dict(ticket.answer or {})

    def _start(self) -> None:
        if self._application is None:
            self._application = qt.QCoreApplication.instance()
            if self._application is not None:
                self._application.aboutToQuit.connect(self._atQuit)
        if self.logPath is None:
            self._logToFile()
        self._connection.start()

    def _logToFile(self) -> None:
        try:
            self._connection.log.writeTo(Path(self._privateFolder().path) / LOG_FILE)
        except BreastUSAIError as error:  # an analysis will say so; other questions need no files
            self._connection.log.note(str(error))

    def _privateFolder(self) -> PrivateFolder:
        if self._folder is None or not self._folder.path.is_dir():  # systems tidy up their temporary folders
            self._folder = PrivateFolder(self._temporaryFolder or _applicationsTemporaryFolder())
        return self._folder


def _applicationsTemporaryFolder() -> str | None:
    application = getattr(slicer, "app", None)
    path = None if application is None else application.temporaryPath
    return path if path and os.path.isdir(path) else None


def _stopAtExit(reference: weakref.ref[EngineProcess]) -> None:
    engine = reference()
    if engine is not None:
        engine.stop()
