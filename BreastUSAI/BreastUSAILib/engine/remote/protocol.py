"""JSON-RPC 2.0 (https://www.jsonrpc.org/specification), one message a line, between the engine and its parent.

Requests go to the engine: ``hello``, ``analyze``, ``rescore``, ``explain``, ``counterfactuals``, ``analyzeFolder``,
``models.list``, ``models.verify``, ``models.add``, ``models.remove``, ``models.card``, ``selfCheck``. Notifications to
it: ``cancel {id}`` and ``exit``. Notifications from it: ``progress {id, done, total, words}`` and ``log {text}``.
Batches are not spoken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import errors
from ..errors import BreastUSAIError

PROTOCOL = 1
LONGEST_LINE = 1 << 20  # bytes: pixels and findings go through files, so no message comes near it

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
ENGINE_ERROR = -32000

_DEFECT = "Report this as a defect of BreastUSAI"


@dataclass(frozen=True)
class Request:
    """A call of a method, or a notification where `id` is None."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    id: int | str | None = None


class ProtocolError(Exception):
    """What is answered to a line that is not a message, by one of the standard codes."""

    def __init__(self, code: int, message: str, id: int | str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.code = code
        self.id = id


class Lines:
    """Cuts what arrives in pieces into lines; of one that is too long nothing is kept."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._pending = b""
        self._dropping = False

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """The lines that `data` completes, without their ends; None for each that was too long."""
        *ended, rest = data.split(b"\n")
        for piece in ended:
            line, dropped = self._pending + piece, self._dropping
            self._pending, self._dropping = b"", False
            if dropped or len(line) > self._longest:
                yield None
            elif line.strip():
                yield line
        self._pending += rest
        if len(self._pending) > self._longest:
            self._pending, self._dropping = b"", True


def parse(line: bytes) -> dict[str, Any]:
    """The JSON object in a line. Raises ProtocolError."""
    try:
        message = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError(PARSE_ERROR, "the line is not JSON in UTF-8") from error
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise ProtocolError(INVALID_REQUEST, "the line is not a JSON-RPC 2.0 message")
    return message


def request_of(message: Mapping[str, Any]) -> Request:
    """The request that a message is. Raises ProtocolError."""
    number = message.get("id")
    if isinstance(number, bool) or not isinstance(number, (int, str, type(None))):
        raise ProtocolError(INVALID_REQUEST, "the id is neither a whole number nor a string")
    method, params = message.get("method"), message.get("params", {})
    if not isinstance(method, str):
        raise ProtocolError(INVALID_REQUEST, "the method is missing", number)
    if not isinstance(params, dict):
        raise ProtocolError(INVALID_PARAMS, "the params are not an object of named values", number)
    return Request(method, params, number)


def request_line(request: Request) -> bytes:
    """A request or notification as one line."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": request.method, "params": dict(request.params)}
    return _line(message if request.id is None else {**message, "id": request.id})


def result_line(id: int | str, result: Mapping[str, Any]) -> bytes:  # noqa: A002
    """The answer to a request that succeeded."""
    return _line({"jsonrpc": "2.0", "id": id, "result": dict(result)})


def error_line(id: int | str | None, error: BaseException) -> bytes:  # noqa: A002
    """The answer to a request that failed, or to a line that was not one; every exception has one."""
    if isinstance(error, ProtocolError):
        answer: dict[str, Any] = {"code": error.code, "message": str(error)}
    elif isinstance(error, BreastUSAIError):
        answer = _described(ENGINE_ERROR, error)
    elif isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":  # torch's own, on a GPU
        remedy = "Close other programs, analyze fewer frames, or choose the device 'cpu'"
        answer = _described(ENGINE_ERROR, BreastUSAIError("there is too little memory", remedy=remedy))
    else:
        problem, remedy = (
            "something unexpected happened in the engine",
            "Show the log, and report it as a defect of BreastUSAI",
        )
        answer = _described(INTERNAL_ERROR, BreastUSAIError(problem, remedy=remedy))
    return _line({"jsonrpc": "2.0", "id": id, "error": answer})


def error_of(answer: Any) -> BreastUSAIError:
    """The error behind the ``error`` of an answer: of its own class where that is one of `engine.errors`."""
    answer = answer if isinstance(answer, dict) else {}
    data = answer.get("data")
    if not isinstance(data, dict):
        return BreastUSAIError(f"the engine refused a message ({answer.get('message')})", remedy=_DEFECT)
    kind = getattr(errors, str(data.get("type")), None)
    if kind is errors.Cancelled:
        return errors.Cancelled()
    known = kind if isinstance(kind, type) and issubclass(kind, BreastUSAIError) else BreastUSAIError
    return known(str(data.get("problem")), where=data.get("where"), remedy=str(data.get("remedy")))


def _described(code: int, error: BreastUSAIError) -> dict[str, Any]:
    described = {"type": type(error).__name__, "problem": error.problem, "where": error.where, "remedy": error.remedy}
    return {"code": code, "message": str(error), "data": described}


def _line(message: Mapping[str, Any]) -> bytes:
    """ASCII: line ends inside strings are escaped, and file names that are not UTF-8 pass."""
    return json.dumps(message).encode("ascii") + b"\n"
