"""Reading in a process of its own: a file that crashes a decoder, or never ends, costs itself and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..images.frames import Frames
from .dataclass_json import from_plain

PACKAGES = Path(__file__).resolve().parents[3]
LONGEST_ANSWER_S = 300.0
"""How long one file or one frame may take before its reader is stopped."""


class _ReaderEnded(Exception):
    """The process ended, or had to be stopped, before it answered."""


class ReadingProcess:
    """`read` as `engine.reading.read` is, done by a child process that is started when it is needed first.

    Use it as a context manager: the child ends with it, and in any case when this process does.
    """

    def __init__(self, longest_answer_s: float = LONGEST_ANSWER_S) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._longest_answer_s = longest_answer_s

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def start(self) -> None:
        """Start the child now, so that it is there when the first file is asked for."""
        if self._child is None:
            self._child = _started()

    def read(
        self, path: str | Path, any_modality: bool = False, *, only: tuple[str, ...] | None = None
    ) -> Iterator[Frames | InputError]:
        """Everything in a file or folder, or what the files in `only` hold.

        What makes the reader crash comes out as an InputError in its place.
        """
        skipped: list[str] = []
        given = 0
        while True:
            try:
                for item in self._attempt(str(path), any_modality, only, skipped, given):
                    given += isinstance(item, (Frames, InputError))
                    yield item
                return
            except _Crash as crash:
                if crash.path is None:
                    continue
                skipped.append(crash.path)
                yield _crashed(crash.path)
                if crash.path == str(path):
                    return

    def _attempt(
        self, path: str, any_modality: bool, only: tuple[str, ...] | None, skipped: list[str], given: int
    ) -> Iterator[Frames | InputError]:
        """The items after the first `given` ones. Raises _Crash with the file that was being read, if one was."""
        request = {"read": path, "any_modality": any_modality, "only": only, "skipped": skipped, "given": given}
        at: str | None = path
        try:
            while True:
                answer = self._ask(request)
                while "at" in answer:
                    at = answer["at"]
                    answer = self._answer()
                if "end" in answer:
                    return
                at = None  # from here on the caller has the item, and what befalls it is its own
                yield self._item(answer)
                if self._child is None:  # a frame made it end, and its caller was told
                    raise _ReaderEnded
                request = {"next": True}
                at = path
        except _ReaderEnded:
            raise _Crash(at) from None

    def _item(self, answer: dict[str, Any]) -> Frames | InputError:
        if "error" in answer:
            return _error(answer["error"])
        child, number = self._child, answer["number"]

        def read_frame(index: int) -> NDArray:
            if self._child is not child:
                raise _crashed(frames.source)
            try:
                told = self._ask({"frame": int(index), "of": number})
                if "error" in told:
                    raise _error(told["error"])
                pixels = self._bytes(told["bytes"])
            except _ReaderEnded:
                raise _crashed(frames.source) from None
            return np.frombuffer(pixels, np.dtype(told["kind"])).reshape(told["shape"]).copy()

        frames = from_plain(Frames, answer["frames"], read_frame=read_frame)
        return replace(frames, ijk_to_ras=np.asarray(frames.ijk_to_ras, np.float64))

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._child is None:
            if "read" not in request:  # it ended since: what was asked for is to be asked for again
                raise _ReaderEnded
            self._child = _started()
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self._child.stdin.flush()
        except OSError:
            self._end()
            raise _ReaderEnded from None
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._within_time(lambda file: file.readline())
        try:
            return dict(json.loads(line))
        except ValueError:
            self._end()
            raise _ReaderEnded from None

    def _bytes(self, count: int) -> bytes:
        content = self._within_time(lambda file: file.read(count))
        if len(content) < count:
            self._end()
            raise _ReaderEnded
        return content

    def _within_time(self, read: Any) -> bytes:
        if self._child is None:
            raise _ReaderEnded
        timer = threading.Timer(self._longest_answer_s, self._child.kill)
        timer.daemon = True
        timer.start()
        try:
            return bytes(read(self._child.stdout))
        finally:
            timer.cancel()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()
        try:
            child.wait(1)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class _Crash(Exception):
    def __init__(self, path: str | None) -> None:
        super().__init__(path)
        self.path = path


def _started() -> subprocess.Popen[bytes]:
    places = [str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "BreastUSAILib.engine.remote.serving.reading_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        start_new_session=True,  # Ctrl-C is for the program that asks: a reader that it ends looks like a damaged file
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _error(told: dict[str, Any]) -> InputError:
    return InputError(told["problem"], where=told["where"], remedy=told["remedy"])


def _crashed(where: str | None) -> InputError:
    return InputError(
        "the file is damaged in a way that crashed its reader",
        where=where,
        remedy="Copy or export it again from its source",
    )
