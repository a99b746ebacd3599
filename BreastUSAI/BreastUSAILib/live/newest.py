"""The newest picture of a source, and how many older ones nobody had the time to look at."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from numpy.typing import NDArray


@dataclass(frozen=True)
class LivePicture:
    """One picture of a source.

    Args:
        number: how many came before it.
        pixels: uint8 RGB ``[H, W, 3]`` or gray ``[H, W]``.
        arrived: when it was handed over, by `time.monotonic`.
        stamp_s: the source's own time in seconds, or None where it has none.
        spacing_mm: (row, column) in mm, or None where unknown.
    """

    number: int
    pixels: NDArray
    arrived: float
    stamp_s: float | None = None
    spacing_mm: tuple[float, float] | None = None


class NewestPicture:
    """Holds one picture: a newer one takes the place of one that nobody took. Any number of threads may use it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: LivePicture | None = None
        self._put = self._dropped = 0
        self._end: str | None = None

    def put(self, pixels: NDArray, stamp_s: float | None = None, spacing_mm: tuple[float, float] | None = None) -> None:
        """A new picture is there."""
        with self._changed:
            self._dropped += self._waiting is not None
            self._waiting = LivePicture(self._put, pixels, time.monotonic(), stamp_s, spacing_mm)
            self._put += 1
            self._changed.notify_all()

    def end(self, reason: str) -> None:
        """There will be no more."""
        with self._changed:
            self._end = reason
            self._changed.notify_all()

    def take(self, timeout_s: float) -> LivePicture | None:
        """The newest picture, waited for as long as that; None where none came, or the source has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._end is not None, timeout_s)
            picture, self._waiting = self._waiting, None
            return picture

    @property
    def dropped(self) -> int:
        """How many pictures were replaced before anybody took them."""
        with self._changed:
            return self._dropped

    @property
    def ended(self) -> str | None:
        """Why there will be no more pictures; None while there may be, and while one waits that came before the end."""
        with self._changed:
            return None if self._waiting is not None else self._end
