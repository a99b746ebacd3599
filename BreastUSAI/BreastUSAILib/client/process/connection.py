"""The conversation with the engine's process: who asked what, who is answered, and what happens when it dies."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from typing import Any

import qt
from slicer.i18n import tr as _

from ... import __version__
from ...engine.errors import BreastUSAIError
from ...engine.remote.protocol import PROTOCOL, ProtocolError, Request, error_of, parse
from .call import Ticket
from .child import EngineChild, EngineError, weakSlot
from .command import EngineCommand, workerCommand
from .log import EngineLog

ABANDONED_S = 60.0
"""How long the process may go on with what nobody waits for until it is killed: it may be starting, or starved."""
GREETING_S = 120.0  # a first start from a slow disk takes long
_WATCH_MS = 100


class EngineConnection:
    """Starts a process when one is needed and passes requests and answers.

    Args:
        launch: how to start it; None for the extension's own worker.
    """

    def __init__(self, launch: EngineCommand | None) -> None:
        self.log = EngineLog()
        self.isGreeted = False
        self._launch = launch
        self._child: EngineChild | None = None
        self._leaving: list[EngineChild] = []
        self._isStale = False
        self._lastEnd: EngineError | None = None
        self._numbers = itertools.count(1)
        self._tickets: dict[int, Ticket] = {}
        self._first: int | None = None  # what the process is at, and since when that is known
        self._since = 0.0
        self._watch = qt.QTimer()
        self._watch.timeout.connect(weakSlot(self.killOverdue))

    @property
    def isRunning(self) -> bool:
        """Whether there is a process."""
        return self._child is not None

    @property
    def isWaiting(self) -> bool:
        """Whether any answer is awaited."""
        return bool(self._tickets)

    def start(self) -> None:
        """See to it that there is a process, as far as that can be told without waiting."""
        if self._child is not None:
            self._child.wait(0)  # without an event loop nobody has noticed yet that it died
        if self._isStale and not self._tickets and self._child is not None:
            self._child.leave()
            self._letGo()
        if self._child is not None:
            return
        self._isStale = False
        self._leaving = [child for child in self._leaving if child.isRunning]
        self.isGreeted = False
        self._child = EngineChild(self._launch or workerCommand(), self.log, self._onLine, self._onEnded)
        self._child.start()
        greeting = Ticket(deadline=time.monotonic() + GREETING_S)
        greeting.wake = lambda: self._onGreeted(greeting)
        self.send(greeting, "hello", {})
        self._watch.start(_WATCH_MS)

    def send(self, ticket: Ticket, method: str, params: Mapping[str, Any]) -> None:
        """Ask; the ticket gets the answer, or the error where there is no process to ask."""
        if self._child is None:
            assert self._lastEnd is not None
            ticket.fail(self._lastEnd)
            return
        ticket.id = next(self._numbers)
        self._tickets[ticket.id] = ticket
        self._child.send(Request(method, params, ticket.id))

    def abandon(self, ticket: Ticket) -> None:
        """Nobody waits for it any more: ask the process to stop working on it, and end one that never reacts."""
        if self._child is not None and ticket.isWaiting and not ticket.abandoned:
            ticket.abandoned = True
            ticket.deadline = time.monotonic() + ABANDONED_S
            self._child.send(Request("cancel", {"id": ticket.id}))
            self._watch.start(_WATCH_MS)

    def wait(self, milliseconds: int) -> None:
        """Wait for news, for as long as that at most, whether or not an event loop runs."""
        if self._child is not None:
            self._child.wait(milliseconds)
        self.killOverdue()

    def renew(self) -> None:
        """Start another process at the next question, once nobody waits for this one any more."""
        self._isStale = True

    def stop(self) -> None:
        """End every process, and wait for that."""
        if self._child is not None:
            self._child.stop()
        for child in self._leaving:
            child.stop()
        self._leaving.clear()
        self._watch.stop()

    def killOverdue(self) -> None:
        """End the process where it is at what should have ended long ago.

        It works in the order of the questions: what waits behind somebody's long work is not late, and has its time
        once its turn has come.
        """
        if all(ticket.deadline is None for ticket in self._tickets.values()):
            self._watch.stop()
            return
        first = min(self._tickets)
        if first != self._first:
            self._first, self._since = first, time.monotonic()
        deadline = self._tickets[first].deadline
        if deadline is None or self._child is None:
            return
        if time.monotonic() > max(deadline, self._since + ABANDONED_S):
            self._child.kill()

    def _onGreeted(self, greeting: Ticket) -> None:
        """The first answer of a process: who it is."""
        if self._child is None or greeting.answer is None:
            return
        self._child.workerPid = greeting.answer.get("pid")
        self.isGreeted = True
        if (greeting.answer.get("protocol"), greeting.answer.get("version")) != (PROTOCOL, __version__):
            changed = EngineError(
                _("BreastUSAI was changed while the application was running"), remedy=_("Start the application again")
            )
            self._failAll(changed)
            self.renew()

    def _onLine(self, line: bytes | None) -> None:
        try:
            message = {} if line is None else parse(line)
        except ProtocolError:
            self.log.add((line or b"") + b"\n")  # somebody printed: it is not part of the conversation
            return
        params = message.get("params")
        if message.get("method") == "progress" and isinstance(params, dict):
            self._onProgress(params)
        elif message.get("method") == "log" and isinstance(params, dict):
            self.log.note(str(params.get("text")))
        elif (ticket := self._ticketOf(message)) is not None:
            del self._tickets[message["id"]]
            self._onAnswer(ticket, message)
        else:
            self.log.add((line or b"a line that was too long") + b"\n")

    def _onProgress(self, params: Mapping[str, Any]) -> None:
        ticket = self._ticketOf(params)
        if ticket is not None and not ticket.abandoned:
            ticket.news.append((int(params["done"]), int(params["total"]), str(params["words"])))
            ticket.wake()

    def _ticketOf(self, values: Mapping[str, Any]) -> Ticket | None:
        number = values.get("id")
        return self._tickets.get(number) if isinstance(number, int) else None

    def _onAnswer(self, ticket: Ticket, message: Mapping[str, Any]) -> None:
        if isinstance(message.get("result"), dict):
            ticket.succeed(message["result"])
        else:
            error = error_of(message.get("error"))
            self.log.note(str(error))
            ticket.fail(error)

    def _onEnded(self, reason: EngineError) -> None:
        self._lastEnd = reason
        if self._child is not None and not self._child.isRunning:
            self._letGo()
            self._failAll(reason)

    def _letGo(self) -> None:
        """Know the process no longer, but keep it until the next start: it may be telling of its end just now."""
        if self._child is not None:
            self._leaving.append(self._child)
            self._child = None

    def _failAll(self, error: BreastUSAIError) -> None:
        tickets = list(self._tickets.values())
        self._tickets.clear()
        for ticket in tickets:
            ticket.fail(error)
