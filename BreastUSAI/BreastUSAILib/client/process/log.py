"""The end of what the engine's process wrote, to find out what went wrong."""

from __future__ import annotations

import codecs
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

LONGEST_TEXT = 200_000  # characters
LONGEST_FILE = 1_000_000  # bytes


class EngineLog:
    """Keeps the newest text and, once `path` is set, writes it to a file, neither growing without end.

    A file that cannot be written is left alone: a log must not be what fails.
    """

    def __init__(self) -> None:
        self.path: str | None = None
        self._pieces: deque[str] = deque()
        self._length = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")

    @property
    def text(self) -> str:
        """What is kept, oldest first."""
        return "".join(self._pieces)

    def add(self, data: bytes) -> None:
        """Keep what the process wrote, wherever it was cut."""
        self._keep(self._decoder.decode(data))

    def note(self, line: str) -> None:
        """Keep a line about the process, with the time of day."""
        start = "" if not self._pieces or self._pieces[-1].endswith("\n") else "\n"
        self._keep(f"{start}[{time.strftime('%H:%M:%S')}] {line}\n")

    def writeTo(self, path: Path) -> None:
        """Continue in this file, beginning with what is kept already; where it cannot be written, in none."""
        self.path = str(path)
        self._rewrite()
        if not path.is_file():
            self.path = None

    def closeFile(self) -> None:
        """Write to no file any more."""
        self.path = None

    def _keep(self, piece: str) -> None:
        if not piece:
            return
        piece = piece[-LONGEST_TEXT:]
        self._pieces.append(piece)
        self._length += len(piece)
        while self._length > LONGEST_TEXT:
            self._length -= len(self._pieces.popleft())
        if self.path is not None:
            with suppress(OSError):
                with open(self.path, "a", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(piece)
                    size = file.tell()
                if size > LONGEST_FILE:
                    self._rewrite()

    def _rewrite(self) -> None:
        with suppress(OSError):
            Path(str(self.path)).write_text(self.text, encoding="utf-8", errors="backslashreplace")
