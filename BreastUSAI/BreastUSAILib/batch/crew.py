"""Who does the work of a batch: what the batch asks of its workers, and what it hears from them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from .job import Job, Outcome


@dataclass(frozen=True)
class Finished:
    """A worker has told what came of an input."""

    ticket: int
    outcome: Outcome


@dataclass(frozen=True)
class Broken:
    """Nothing came of it: `why` is for the user, and empty where the input has no part in it."""

    ticket: int
    why: str


@dataclass(frozen=True)
class Left:
    """A worker is gone; `expected` where it went of its own accord."""

    worker: str
    expected: bool


@dataclass(frozen=True)
class Refused:
    """A worker is there that cannot be used; `why` is for the user."""

    worker: str
    why: str


Event = Finished | Broken | Left | Refused


class Crew(Protocol):
    """Workers, of this machine or of many."""

    @property
    def workers(self) -> Collection[str]:
        """Those that may be given work now."""

    def give(self, ticket: int, job: Job, worker: str) -> None:
        """Let this worker work on an input; what comes of it is told under this ticket."""

    def events(self, longest_s: float) -> list[Event]:
        """What happened since; waits so long for something to happen. Raises BatchError where nobody can be reached."""
