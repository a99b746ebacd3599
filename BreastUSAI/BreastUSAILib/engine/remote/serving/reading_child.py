"""The child of `ReadingProcess`: answers requests, one JSON object a line, on stdin and stdout until stdin ends.

``{"read": path, "any_modality", "only": [paths] or null, "skipped": [paths], "given": n}`` begins anew after n items,
``{"next"}`` goes on; both are answered by ``{"at": path}`` for every file that is begun, and then an item:
``{"number", "frames"}``, ``{"error"}`` or ``{"end"}``. ``{"frame": index, "of": number}`` is answered by
``{"bytes", "kind", "shape"}`` and the pixels themselves, or ``{"error"}``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...errors import InputError
from ...images.frames import Frames
from ...reading import read
from ..dataclass_json import to_plain

MOST_MEMORY_BYTES = 6 << 30
"""Of address space, libraries included, where the system can bound it."""


class _Server:
    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._items: Iterator[Frames | InputError] = iter(())
        self._frames: Frames | None = None
        self._number = 0

    def serve(self, requests: BinaryIO) -> None:
        for line in requests:
            request = json.loads(line)
            if "frame" in request:
                self._frame(request)
                continue
            if "read" in request:
                self._begin(request)
            self._next()

    def _begin(self, request: dict[str, Any]) -> None:
        self._frames = None
        skipped = frozenset(request["skipped"])
        only = None if request["only"] is None else tuple(request["only"])
        self._items = read(
            Path(request["read"]), request["any_modality"], only=only, skipped=skipped, beginning=self._at
        )
        for _ in range(request["given"]):
            next(self._items, None)

    def _at(self, path: Path) -> None:
        self._say({"at": str(path)})

    def _next(self) -> None:
        self._frames = None
        item = next(self._items, None)
        if item is None:
            self._say({"end": True})
        elif isinstance(item, InputError):
            self._say({"error": _told(item)})
        else:
            self._frames = item
            self._number += 1
            self._say({"number": self._number, "frames": to_plain(item, without=("read_frame",))})

    def _frame(self, request: dict[str, Any]) -> None:
        try:
            if self._frames is None or request["of"] != self._number:
                raise InputError("the input is no longer open", remedy="Read it again")
            pixels = np.ascontiguousarray(self._frames.read_frame(request["frame"]))
        except InputError as error:
            self._say({"error": _told(error)})
            return
        self._say({"bytes": pixels.nbytes, "kind": pixels.dtype.str, "shape": pixels.shape})
        self._answers.write(pixels.data)
        self._answers.flush()

    def _say(self, answer: dict[str, Any]) -> None:
        self._answers.write(json.dumps(answer).encode("ascii") + b"\n")
        self._answers.flush()


def _told(error: InputError) -> dict[str, Any]:
    return {"problem": error.problem, "where": error.where, "remedy": error.remedy}


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = MOST_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MOST_MEMORY_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def main() -> None:
    """Serve on this process's stdin and stdout; what a library prints goes to stderr."""
    _bound_memory()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _Server(answers).serve(sys.stdin.buffer)


if __name__ == "__main__":
    main()
