"""How far a batch is, how fast it goes, and how long it will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from .manifest import CRASHED, DONE, FAILED

_OVER_S = 120.0
_LEAST_S = 3.0


@dataclass(frozen=True)
class Progress:
    """`per_second` and `left_s` are None where nothing can be said yet; `looking`: more inputs may be found."""

    total: int
    done: int
    failed: int
    crashed: int
    looking: bool
    per_second: float | None
    left_s: float | None

    @property
    def over(self) -> int:
        """Inputs that need nothing more."""
        return self.done + self.failed + self.crashed

    def words(self) -> str:
        """In one line.

        >>> Progress(2000, 500, 3, 1, False, 4.0, 374.0).words()
        '504 of 2000 inputs (25.2 %), 4 without a result, 4.0 a second, about 6 min left'
        """
        share = f" ({100 * self.over / self.total:.1f} %)" if self.total and not self.looking else ""
        parts = [f"{self.over} of {self.total} inputs{' found so far' if self.looking else ''}{share}"]
        if self.failed + self.crashed:
            parts.append(f"{self.failed + self.crashed} without a result")
        if self.per_second:
            parts.append(f"{self.per_second:.1f} a second")
        if self.left_s is not None and not self.looking:
            parts.append(f"about {duration_words(self.left_s)} left")
        return ", ".join(parts)


@dataclass
class Pace:
    """Counts what is finished over the last two minutes."""

    _times: deque[float] = field(default_factory=deque)
    _began: float = field(default_factory=time.monotonic)

    def finished(self, really: bool = True) -> None:
        """An input is finished now."""
        if really:
            self._times.append(time.monotonic())

    def progress(self, counts: Mapping[str, int], looking: bool) -> Progress:
        """How far it is, by the manifest's counts."""
        now = time.monotonic()
        while self._times and self._times[0] < now - _OVER_S:
            self._times.popleft()
        seconds = min(now - self._began, _OVER_S)
        total = sum(counts.values())
        done, failed, crashed = counts[DONE], counts[FAILED], counts[CRASHED]
        rate = len(self._times) / seconds if self._times and seconds > _LEAST_S else None
        left = None if rate is None else (total - done - failed - crashed) / rate
        return Progress(total, done, failed, crashed, looking, rate, left)


def duration_words(seconds: float) -> str:
    """``40 s``, ``6 min``, ``3.5 h``."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
