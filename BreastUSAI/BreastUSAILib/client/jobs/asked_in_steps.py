"""One question to the engine about what lies in the scene: read in steps, asked without waiting, shown in steps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol

from ...engine.errors import BreastUSAIError, Cancelled
from ..process.call import Listener
from ..stepped_work import SteppedWork, asError


class Stage(Protocol):
    """What is running: it can be told to stop."""

    def cancel(self) -> None: ...


class AskedInSteps:
    """Reads, asks and shows, one after the other, in the application's event loop.

    Args:
        listener: hears of progress and of the end: `onDone` gets what `show` returns, without it the engine's answer.
        read: reads the scene, a part at each step, and returns what `ask` is given.
        ask: asks the engine, with the listener that hears its answer, and returns the call.
        show: puts the answer into the scene, a part at each step; None: nothing is shown.
    """

    def __init__(
        self,
        listener: Listener,
        read: Callable[[], Generator[None, None, Any]],
        ask: Callable[[Any, Listener], Stage],
        show: Callable[[Any], Generator[None, None, Any]] | None = None,
    ) -> None:
        self._listener, self._read, self._ask, self._show = listener, read, ask, show
        self._stage: Stage | None = None
        self._isCancelled = False

    @property
    def isRunning(self) -> bool:
        """Whether the listener has still to hear the end."""
        return self._stage is not None

    @property
    def isCancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._isCancelled

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._stage = SteppedWork(self._read(), self._onRead, self.onFailed)

    def cancel(self) -> None:
        """Stop; the listener will hear `Cancelled`."""
        self._isCancelled = True
        if self._stage is not None:
            self._stage.cancel()

    def onProgress(self, done: int, total: int, words: str) -> None:
        """The engine has come further."""
        self._listener.onProgress(done, total, words)

    def onDone(self, answer: Any) -> None:
        """The engine is done."""
        if self._show is None:
            self._end(answer)
            return
        self._stage = SteppedWork(self._show(answer), self._end, self.onFailed)
        if self._isCancelled:
            self._stage.cancel()

    def onFailed(self, error: BreastUSAIError) -> None:
        """It could not be done."""
        self._stage = None
        self._listener.onFailed(error)

    def _onRead(self, read: Any) -> None:
        if self._isCancelled:  # after the last step of the reading, and before this
            self.onFailed(Cancelled())
            return
        try:
            self._stage = self._ask(read, self)
        except Exception as error:  # the edge: called by the event loop, where nobody would hear of it
            self.onFailed(asError(error))

    def _end(self, found: Any) -> None:
        self._stage = None
        self._listener.onDone(found)
