"""How long each step of an analysis took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up wall-clock time by step, from the moment it is made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def timing(self, step: str) -> Iterator[None]:
        """Count the time spent inside the ``with`` block for `step`."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[step] = self._seconds.get(step, 0.0) + time.perf_counter() - begun

    def milliseconds(self) -> dict[str, float]:
        """Milliseconds by step, and in ``total`` since the start."""
        total = time.perf_counter() - self._started
        return {step: 1000 * seconds for step, seconds in {**self._seconds, "total": total}.items()}
