"""What every source of live pictures does: put them into a `NewestPicture` from a thread of its own."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from ..engine.errors import unexpected
from .newest import NewestPicture

CLOSED = "closed"


class LiveSource(ABC):
    """Works in a thread from `_begin` on until it is closed, or has nothing more.

    Args:
        newest: gets the pictures, and at the end why there are no more.
    """

    def __init__(self, newest: NewestPicture) -> None:
        self._newest = newest
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name=type(self).__name__, daemon=True)

    def close(self) -> None:
        """End it, and let go of what it comes from."""
        self._closing.set()
        self._thread.join(5.0)

    def _begin(self) -> None:
        """To be called once everything is there that `_pictures` needs."""
        self._thread.start()

    def _work(self) -> None:
        try:
            reason = self._pictures()
        except Exception as error:  # the edge: whoever waits for pictures must hear that none will come
            reason = str(unexpected(error))
        self._newest.end(reason)

    @abstractmethod
    def _pictures(self) -> str:
        """Put pictures until `_closing` is set, or there are no more; returns why it ended."""
