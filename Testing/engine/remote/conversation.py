"""A worker process as a test speaks to it: raw lines over pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from .fakes import PYTHONPATH


class Conversation:
    """Messages to and from one process."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self.process = process
        self._errors = errors
        assert process.stdin is not None
        assert process.stdout is not None
        self._to, self._from = process.stdin, process.stdout

    def say(self, line: bytes) -> None:
        self._to.write(line + b"\n")
        self._to.flush()

    def send(self, method: str, params: dict[str, Any] | None = None, id: Any = None) -> None:  # noqa: A002
        message = {"jsonrpc": "2.0", "method": method, "params": params or {}}
        self.say(json.dumps(message if id is None else {**message, "id": id}).encode())

    def hear(self) -> dict[str, Any]:
        return json.loads(self._from.readline())

    def ask(self, method: str, params: dict[str, Any] | None = None, id: Any = 1) -> dict[str, Any]:  # noqa: A002
        """The answer; notifications before it are skipped."""
        self.send(method, params, id)
        while True:
            message = self.hear()
            if "method" not in message:
                return message

    def end(self) -> int:
        """Close its stdin; returns its exit status."""
        self._to.close()
        return self.process.wait(timeout=600)

    @property
    def errors(self) -> str:
        """What it wrote to stderr."""
        self._errors.seek(0)
        return self._errors.read().decode()


@contextmanager
def conversation(*arguments: str, **environment: str) -> Iterator[Conversation]:
    """Start `python` with these arguments; it is ended with the block."""
    known = {**os.environ, "PYTHONPATH": PYTHONPATH, **environment}
    command = [sys.executable, *arguments]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=known)
        try:
            yield Conversation(process, errors)
        finally:
            process.kill()
            process.wait()
