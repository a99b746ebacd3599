"""What a listener heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import slicer

from .events import until


@dataclass
class Heard:
    """A listener that remembers."""

    progress: list[tuple[int, int, str]] = field(default_factory=list)
    done: list[Any] = field(default_factory=list)
    failed: list[Exception] = field(default_factory=list)

    def onProgress(self, done: int, total: int, words: str) -> None:
        self.progress.append((done, total, words))

    def onDone(self, result: Any) -> None:
        self.done.append(result)

    def onFailed(self, error: Exception) -> None:
        self.failed.append(error)

    @property
    def isEnded(self) -> bool:
        return bool(self.done or self.failed)

    def end(self) -> Any:
        """Wait for the end, and some more for what must not come: the one result, or the one error."""
        until(lambda: self.isEnded, "the end of the call")
        for _ in range(5):
            slicer.app.processEvents()
        (only,) = [*self.done, *self.failed]
        return only
