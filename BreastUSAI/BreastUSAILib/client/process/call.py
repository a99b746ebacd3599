"""One question to the engine, from the first pixel that is handed over to the answer in the listener's hands."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...engine.errors import BreastUSAIError
from ..stepped_work import SteppedWork, Steps


class Listener(Protocol):
    """Hears how a call goes. Exactly one of `onDone` and `onFailed` is called, once, as the last."""

    def onProgress(self, done: int, total: int, words: str) -> None:
        """`done` of `total` frames (of a folder: inputs) are finished."""

    def onDone(self, result: Any) -> None:
        """The result is there."""

    def onFailed(self, error: BreastUSAIError) -> None:
        """There will be none; `Cancelled` where that was asked for."""


@dataclass
class Ticket:
    """What is known of a request: its number once it was sent, then news, then its answer or error."""

    analyzes: bool = False  # else a short question, which can be asked again
    id: int | None = None
    news: deque[tuple[int, int, str]] = field(default_factory=deque)
    answer: Mapping[str, Any] | None = None
    error: BreastUSAIError | None = None
    abandoned: bool = False
    deadline: float | None = None  # when the process is killed unless it has answered, in `time.monotonic`
    wake: Callable[[], None] = lambda: None
    leftovers: list[Callable[[], None]] = field(default_factory=list)

    @property
    def isEnded(self) -> bool:
        """Whether the engine has answered, or will not."""
        return self.answer is not None or self.error is not None

    @property
    def isWaiting(self) -> bool:
        """Whether the engine is at it."""
        return self.id is not None and not self.isEnded

    def succeed(self, answer: Mapping[str, Any]) -> None:
        """The engine has answered."""
        if not self.isEnded:
            self.answer = answer
            self._end()

    def fail(self, error: BreastUSAIError) -> None:
        """There will be no answer."""
        if not self.isEnded:
            self.error = error
            self._end()

    def afterEnd(self, work: Callable[[], None]) -> None:
        """Do it once the engine is not at this request any more: now, unless it is."""
        if self.isWaiting:
            self.leftovers.append(work)
        else:
            work()

    def _end(self) -> None:
        while self.leftovers:
            self.leftovers.pop()()
        self.wake()


class Call:
    """A question that was asked without waiting for the answer.

    Args:
        ticket: its request.
        steps: does all the work for it and returns the result.
        listener: hears of it, from the event loop alone.
        onEnd: called before the listener hears of the end.
    """

    def __init__(
        self,
        ticket: Ticket,
        steps: Steps,
        listener: Listener,
        onEnd: Callable[[Call], None],
    ) -> None:
        self.ticket = ticket
        self._listener = listener
        self._onEnd = onEnd
        self._work = SteppedWork(steps, self._onDone, self._onFailed)
        ticket.wake = self._work.resume

    @property
    def isRunning(self) -> bool:
        """Whether the listener has still to hear the end."""
        return self._work.isRunning

    def cancel(self) -> None:
        """Stop waiting; the listener will hear `Cancelled` at once, whatever the engine is at, or what came first."""
        self._work.cancel()

    def abort(self, error: BreastUSAIError) -> None:
        """End without the engine; the listener will hear the error."""
        self._work.abort(error)

    def _onDone(self, result: Any) -> None:
        self._onEnd(self)
        self._listener.onDone(result)

    def _onFailed(self, error: BreastUSAIError) -> None:
        self._onEnd(self)
        self._listener.onFailed(error)
