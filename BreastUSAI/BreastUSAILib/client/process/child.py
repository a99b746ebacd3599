"""The engine's process: it takes requests and gives lines."""

from __future__ import annotations

import os
import signal
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import qt
from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError
from ...engine.remote.protocol import Lines, Request, request_line
from .command import EngineCommand
from .log import EngineLog

GRACE_MS = 3000  # for a polite end


class EngineError(BreastUSAIError):
    """The engine's process does not start, has died, or was stopped."""


class EngineChild:
    """One process from its start to its end.

    Args:
        command: how to start it.
        log: gets what it writes to stderr, and notes on its start and end.
        onLine: called with each line of its stdout; with None for one that was too long.
        onEnded: called once with the reason, after the last line; also where it did not even start.
    """

    def __init__(
        self,
        command: EngineCommand,
        log: EngineLog,
        onLine: Callable[[bytes | None], None],
        onEnded: Callable[[EngineError], None],
    ) -> None:
        self.workerPid: int | None = None  # behind a launcher it is another process that works
        self.isRunning = False
        self._command = command
        self._log = log
        self._onLine = onLine
        self._onEnded = onEnded
        self._lines = Lines()
        self._isKilled = False
        self._process = qt.QProcess()
        self._process.readyReadStandardOutput.connect(weakSlot(self._read))
        self._process.readyReadStandardError.connect(weakSlot(self._readErrors))
        self._process.errorOccurred.connect(weakSlot(self._onError))
        self._process.finished.connect(weakSlot(self._onFinished))

    def start(self) -> None:
        """Start it; never waits."""
        self._log.note(f"starting {' '.join([self._command.program, *self._command.arguments])}")
        self.isRunning = True
        self._command.start(self._process)

    def send(self, request: Request) -> None:
        """Hand it a request or notification; never waits."""
        if self.isRunning:
            self._process.write(request_line(request))

    def wait(self, milliseconds: int) -> None:
        """Wait for its next lines, for as long as that at most, whether or not an event loop runs."""
        if self.isRunning:
            self._process.waitForReadyRead(milliseconds)
            self._read()
            self._readErrors()
        if self.isRunning and self._process.state() == qt.QProcess.NotRunning:
            self._onFinished()

    def leave(self) -> None:
        """Ask it to end by itself, without waiting for that."""
        self.send(Request("exit"))
        self._process.closeWriteChannel()

    def stop(self) -> None:
        """Ask it to end, wait for that, and kill it where it takes longer than `GRACE_MS`."""
        if self.isRunning:
            self.leave()
            if not self._process.waitForFinished(GRACE_MS):
                self.kill()
                self._process.waitForFinished(GRACE_MS)
        if self.isRunning:
            self._onFinished()

    def kill(self) -> None:
        """End it now, and the process that works behind a launcher with it."""
        if not self.isRunning:
            return
        self._isKilled = True
        if self.workerPid is not None and self.workerPid != self._process.processId():
            with suppress(OSError):
                os.kill(self.workerPid, getattr(signal, "SIGKILL", signal.SIGTERM))
        self._process.kill()

    def _read(self) -> None:
        for line in self._lines.feed(bytes(self._process.readAllStandardOutput().data())):
            self._onLine(line)

    def _readErrors(self) -> None:
        self._log.add(bytes(self._process.readAllStandardError().data()))

    def _onError(self, error: object) -> None:
        if error == qt.QProcess.FailedToStart:
            problem = _("the engine's process cannot be started ({reason})").format(reason=self._process.errorString())
            remedy = _("Install BreastUSAI again")
            self._end(EngineError(problem, where=self._command.program, remedy=remedy))

    def _onFinished(self, *_codes: object) -> None:
        self._read()
        self._readErrors()
        if self._isKilled:
            problem = _("the engine's process did not react and was ended")
        elif self._process.exitStatus() == qt.QProcess.CrashExit:
            problem = _("the engine's process crashed, or another program ended it")
        else:
            problem = _("the engine's process ended with status {status}").format(status=self._process.exitCode())
        remedy = _("Start again, which starts a new one, and look into the engine's log if it happens again")
        self._end(EngineError(problem, remedy=remedy))

    def _end(self, reason: EngineError) -> None:
        if self.isRunning:
            self.isRunning = False
            self._log.note(reason.problem)
            self._onEnded(reason)


def weakSlot(method: Callable[..., Any]) -> Callable[..., None]:
    """A bound method as a slot that does nothing once its object is gone.

    PythonQt holds what is connected as long as the sender lives, and the sender may be the application.
    """
    reference = weakref.WeakMethod(method)

    def slot(*told: object) -> None:
        alive = reference()
        if alive is not None:
            alive(*told)

    return slot
