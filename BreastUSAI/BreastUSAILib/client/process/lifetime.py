"""The engine's process from its first question to its end, with the folder for its files and its log."""

from __future__ import annotations

import atexit
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError
from ...engine.remote.private_folder import PrivateFolder
from .call import Call, Ticket
from .child import EngineError, weakSlot
from .command import EngineCommand
from .connection import EngineConnection

LOG_FILE = "engine.log"
IDLE_MS = 15 * 60 * 1000
"""How long nobody asks anything until the process, with half a gigabyte of models, is ended."""


class EngineLifetime:
    """Starts the process when it is needed, and ends it: with the application or Python, at `stop`, and when idle.

    Args:
        launch: how to start the process; None for the extension's own.
        temporaryFolder: where the folder for pixels and findings is made; None for the application's own.
    """

    def __init__(self, launch: EngineCommand | None = None, temporaryFolder: str | None = None) -> None:
        self.connection = EngineConnection(launch)
        self.calls: list[Call] = []
        self._waitedFor: list[Ticket] = []  # by callers that do nothing else meanwhile
        self._temporaryFolder = temporaryFolder
        self._folder: PrivateFolder | None = None
        self._application: Any = None
        self._atQuit = weakSlot(self.stop)  # one object, so that it can be disconnected
        self._idle = qt.QTimer()
        self._idle.timeout.connect(weakSlot(self._onIdle))
        atexit.register(_stopAtExit, weakref.ref(self))

    @property
    def isBusy(self) -> bool:
        """Whether anybody is waiting for an answer, or the process is working."""
        return bool(self.calls or self._waitedFor) or self.connection.isWaiting

    @property
    def isAnalyzing(self) -> bool:
        """Whether anybody waits for an analysis: not asked of the process yet, asked, or answered and not read yet."""
        return any(ticket.analyzes for ticket in [*self._waitedFor, *(call.ticket for call in self.calls)])

    @contextmanager
    def waitedFor(self, ticket: Ticket) -> Iterator[None]:
        """Somebody waits for that request in here, and does nothing else."""
        self._waitedFor.append(ticket)
        try:
            yield
        finally:
            self._waitedFor = [other for other in self._waitedFor if other is not ticket]

    def start(self) -> None:
        """See to it that there is a process, as far as that can be told without waiting."""
        if self._application is None:
            self._application = qt.QCoreApplication.instance()
            if self._application is not None:
                self._application.aboutToQuit.connect(self._atQuit)
        if self.connection.log.path is None:
            self._logToFile()
        self.used()
        self.connection.start()

    def used(self) -> None:
        """Count the time without a question from now on."""
        self._idle.start(IDLE_MS)

    def stop(self) -> None:
        """End the process, politely at first, and delete what was in files. Calls that run fail."""
        stopped = EngineError(_("the engine was stopped"), remedy=_("Start again when you need it"))
        for call in self.calls:
            call.abort(stopped)
        self._idle.stop()
        self.connection.stop()
        self.connection.log.closeFile()
        if self._folder is not None:
            self._folder.remove()
            self._folder = None
        if self._application is not None:
            self._application.aboutToQuit.disconnect(self._atQuit)
            self._application = None

    def privateFolder(self) -> PrivateFolder:
        """The folder for pixels and findings. Raises OutputError where it cannot be made."""
        if self._folder is None or not self._folder.path.is_dir():  # systems tidy up their temporary folders
            self._folder = PrivateFolder(self._temporaryFolder or _applicationsTemporaryFolder())
        return self._folder

    def _onIdle(self) -> None:
        if not self.isBusy:
            self.stop()  # else it is looked again after as long

    def _logToFile(self) -> None:
        try:
            self.connection.log.writeTo(Path(self.privateFolder().path) / LOG_FILE)
        except BreastUSAIError as error:  # an analysis will say so; other questions need no files
            self.connection.log.note(str(error))


@cache
def lifetimeInApplication() -> EngineLifetime:
    """The one process of this application, which panel and scripts share."""
    return EngineLifetime()


def _applicationsTemporaryFolder() -> str | None:
    application = getattr(slicer, "app", None)
    path = None if application is None else application.temporaryPath
    return path if path and os.path.isdir(path) else None


def _stopAtExit(reference: weakref.ref[EngineLifetime]) -> None:
    lifetime = reference()
    if lifetime is not None:
        lifetime.stop()
