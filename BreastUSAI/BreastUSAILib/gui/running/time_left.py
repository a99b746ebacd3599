"""How long the rest of some work will take, estimated from what is done."""

from __future__ import annotations

import time
from collections.abc import Callable

from slicer.i18n import tr as _

SHORTEST_S = 5.0
"""Work that ends sooner says nothing: its end comes before its words are read."""


class TimeLeft:
    """Guesses the time left from progress.

    The first progress starts the clock, because loading the models says nothing about frames.

    Args:
        now: a clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._first: tuple[float, int] | None = None

    def restart(self) -> None:
        """Start anew, for other work."""
        self._first = None

    def words(self, done: int, total: int) -> str:
        """ "about 40 s left", or nothing while it is short, over, or not known yet."""
        now = self._now()
        if self._first is None or done < self._first[1]:
            self._first = now, done
        began, doneThen = self._first
        if done <= doneThen or done >= total:
            return ""
        left = (now - began) / (done - doneThen) * (total - done)
        if left < SHORTEST_S:
            return ""
        if left < 60:
            return _("about {seconds} s left").format(seconds=5 * round(left / 5))
        return _("about {minutes} min left").format(minutes=max(1, round(left / 60)))
