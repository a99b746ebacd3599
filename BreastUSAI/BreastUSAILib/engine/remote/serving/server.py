"""The engine's side of the conversation: one request after the other, and cancelling while one is worked on."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from ...errors import BreastUSAIError, Cancelled
from ..protocol import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    Lines,
    ProtocolError,
    Request,
    error_line,
    parse,
    request_line,
    request_of,
    result_line,
)

MOST_WAITING = 64
"""Requests: one that comes while so many wait is refused at once."""

_BLOCK = 1 << 16


@dataclass(frozen=True)
class Call:
    """What a method may use of the request that it serves.

    Args:
        params: the named values that came with it.
        progress: tells the parent ``(done, total, words)``.
        cancelled: whether the parent has asked to stop.
        log: tells the parent's log a line.
    """

    params: Mapping[str, Any]
    progress: Callable[[int, int, str], None]
    cancelled: Callable[[], bool]
    log: Callable[[str], None]

    def value(self, name: str, *kinds: type) -> Any:
        """A parameter of one of these kinds. Raises ProtocolError where it is of another kind, or absent."""
        value = self.params.get(name)
        if not isinstance(value, kinds):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            raise ProtocolError(INVALID_PARAMS, f"the parameter '{name}' is not a {wanted}")
        return value

    def value_or(self, default: Any, name: str, *kinds: type) -> Any:
        """The same, and `default` where it is absent or null."""
        return default if self.params.get(name) is None else self.value(name, *kinds)


Method = Callable[[Call], Mapping[str, Any]]


class Server:
    """Answers requests from `incoming` on `outgoing` until `incoming` ends or the parent says ``exit``.

    A thread of its own reads, so that ``cancel`` is heard while a method works; methods run one at a time, in the
    order of their requests, on the thread that calls `serve`. Whatever a method raises becomes the answer to its
    request. `on_end` is called when there will be no more requests, maybe while a method still works.
    """

    def __init__(
        self,
        incoming: BinaryIO,
        outgoing: BinaryIO,
        methods: Mapping[str, Method],
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._methods = methods
        self._on_end = on_end
        self._requests: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._writing = threading.Lock()
        self._waiting: dict[int | str, threading.Event] = {}  # each request's event: set where it is to be cancelled
        self._ended = threading.Event()

    def serve(self) -> None:
        """Work until the end."""
        threading.Thread(target=self._read, name="requests", daemon=True).start()
        while (request := self._requests.get()) is not None and not self._ended.is_set():
            self._answer(request)

    def end(self) -> None:
        """Take no more requests, and cancel the one that is worked on."""
        self._ended.set()
        self._requests.put(None)
        self._on_end()

    def _read(self) -> None:
        lines = Lines()
        read = getattr(self._incoming, "read1", self._incoming.read)
        try:
            while not self._ended.is_set() and (data := read(_BLOCK)):
                for line in lines.feed(data):
                    self._take(line)
        except OSError:
            traceback.print_exc()
        finally:
            self.end()

    def _take(self, line: bytes | None) -> None:
        try:
            if line is None:
                raise ProtocolError(INVALID_REQUEST, "the line is too long")
            request = request_of(parse(line))
            if request.id is None:
                self._notified(request)
            elif request.id in self._waiting:
                raise ProtocolError(INVALID_REQUEST, "a request with this id is still waiting", request.id)
            elif len(self._waiting) >= MOST_WAITING:
                raise ProtocolError(INVALID_REQUEST, f"{MOST_WAITING} requests are waiting already", request.id)
            else:
                self._waiting[request.id] = threading.Event()
                self._requests.put(request)
        except ProtocolError as error:
            self._write(error_line(error.id, error))

    def _notified(self, request: Request) -> None:
        """What is unknown here is ignored, as the specification wants it."""
        number = request.params.get("id")
        if request.method == "exit":
            self._ended.set()
        elif request.method == "cancel" and isinstance(number, (int, str)):
            waiting = self._waiting.get(number)  # asked once: the other thread may be done with it in between
            if waiting is not None:
                waiting.set()

    def _answer(self, request: Request) -> None:
        assert request.id is not None
        cancelled = self._waiting[request.id]
        call = Call(
            request.params,
            lambda done, total, words: self._notify(
                "progress", {"id": request.id, "done": done, "total": total, "words": words}
            ),
            lambda: cancelled.is_set() or self._ended.is_set(),
            lambda text: self._notify("log", {"text": text}),
        )
        try:
            if request.method not in self._methods:
                raise ProtocolError(METHOD_NOT_FOUND, f"there is no method '{request.method}'")
            if call.cancelled():
                raise Cancelled
            line = result_line(request.id, self._methods[request.method](call))
        except (Exception, SystemExit) as error:  # the edge: whatever it is, the parent is told, and the work goes on
            line = error_line(request.id, error)
            if not isinstance(error, (ProtocolError, BreastUSAIError)):
                traceback.print_exc()
        del self._waiting[request.id]
        self._write(line)

    def _notify(self, method: str, params: Mapping[str, Any]) -> None:
        self._write(request_line(Request(method, params)))

    def _write(self, line: bytes) -> None:
        with self._writing:
            try:
                self._outgoing.write(line)
                self._outgoing.flush()
            except (OSError, ValueError):  # the parent is gone: its end of the other pipe says so too
                self._ended.set()
