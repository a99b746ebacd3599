"""The batch itself: gives out what waits, keeps what comes back, and names what cannot be done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from ..engine.errors import BatchError
from ..report.atomic import remove_leftovers
from ..report.result_folder import OWNED
from .crew import Broken, Crew, Event, Finished, Left, Refused
from .job import RECEIPTS, RESULTS, End, Job, Outcome, Settings
from .manifest import FAILED, RUNNING, WAITING, Manifest
from .progress import Pace, Progress
from .scan import Scan

AT_ONCE = 2
"""Inputs that a worker has: one at work, one that waits so that it need not."""

_SCANS_FOR_S = 0.2
_KEEPS_EVERY_S = 0.5
_NOBODY_AFTER_S = 15.0


class Listener(Protocol):
    """Hears how a batch goes."""

    def failed(self, source: str, error: str) -> None:
        """An input gave no result, and will not be tried again now."""

    def refused(self, worker: str, why: str) -> None:
        """A worker cannot be used."""

    def nobody(self) -> None:
        """There is work, and no worker."""

    def progress(self, progress: Progress) -> None:
        """How far it is; twice a second."""


@dataclass
class _Given:
    ticket: int
    job: Job
    worker: str


@dataclass
class BatchRun:
    """One run of a batch, from the first input to the last.

    `most_tries` bounds how often an input is tried that fails for a reason that may pass, and how often one whose
    worker ended while it was at work.
    """

    manifest: Manifest
    crew: Crew
    settings: Settings
    scan: Scan
    listener: Listener
    most_tries: int = 3
    _given: dict[int, _Given] = field(default_factory=dict)
    _tickets: int = 0
    _stop: str | None = None
    _gathering: Iterator[None] | None = None
    _kept: float = 0.0
    _alone_since: float | None = None
    _pace: Pace = field(default_factory=Pace)

    def work(self) -> None:
        """Do everything that waits. What was finished is kept whatever is raised.

        Raises BatchError or OutputError where no input can be done any more, with the reason and how to go on.
        """
        self._tidy()
        self._gathering = self.scan.steps()
        try:
            while True:
                self._gather()
                if not self._stop:
                    self._fill()
                if not self._given and (self._stop or not self._has_more()):
                    break
                for event in self.crew.events(0.0 if self._gathering else _KEEPS_EVERY_S):
                    self._note(event)
                self._say_nobody()
                self._keep()
        finally:
            for given in self._given.values():
                self.manifest.give_back(given.job.key)
            self._keep(now=True)
            self._tidy()
        if self._stop:
            raise BatchError(self._stop.rstrip("."), remedy="Then run the same command again to go on")

    def _gather(self) -> None:
        until = time.monotonic() + _SCANS_FOR_S
        while self._gathering is not None and not self._stop and time.monotonic() < until:
            try:
                next(self._gathering)
            except StopIteration:
                self._gathering = None
        if self._stop:
            self._gathering = None

    def _has_more(self) -> bool:
        return self._gathering is not None or self.manifest.counts()[WAITING] > 0

    def _fill(self) -> None:
        """Give every worker what it can have."""
        loads = dict.fromkeys(self.crew.workers, 0)
        for given in self._given.values():
            if given.worker in loads:
                loads[given.worker] += 1
        while loads and min(loads.values()) < AT_ONCE:
            job = self.manifest.take()
            if job is None:
                return
            worker = min(loads, key=lambda name: loads[name])
            loads[worker] += 1
            self._tickets += 1
            self._given[self._tickets] = _Given(self._tickets, job, worker)
            self.crew.give(self._tickets, job, worker)

    def _note(self, event: Event) -> None:
        if isinstance(event, Finished):
            if self._given.pop(event.ticket, None) is not None:
                self._record(event.outcome)
        elif isinstance(event, Broken):
            self._broken(event)
        elif isinstance(event, Left):
            self._left(event)
        elif isinstance(event, Refused):
            self.listener.refused(event.worker, event.why)

    def _record(self, outcome: Outcome) -> None:
        state = self.manifest.record(outcome, self.most_tries)
        self._pace.finished(state not in (WAITING, RUNNING))
        if outcome.end is End.STOP:
            self._stop = outcome.error or "the batch had to stop"
        elif state == FAILED:
            self.listener.failed(self.manifest.source(outcome.key), outcome.error or "")

    def _broken(self, event: Broken) -> None:
        given = self._given.pop(event.ticket, None)
        if given is None:
            return
        if not event.why:
            self.manifest.give_back(given.job.key)
        else:
            self._record(Outcome(given.job.key, End.AGAIN, (), time.time(), 0.0, 0.0, given.worker, event.why))

    def _left(self, event: Left) -> None:
        """Of the inputs that a dead worker had, the one that it worked on may be why; the others have no part in it."""
        for given in [given for given in self._given.values() if given.worker == event.worker]:
            del self._given[given.ticket]
            known = self.settings.known(given.job.key)
            if known is not None:
                self._record(known)
            elif self.settings.begun(given.job.key).exists() and not event.expected:
                self._suspect(given)
            else:
                self.manifest.give_back(given.job.key)

    def _suspect(self, given: _Given) -> None:
        with suppress(OSError):
            self.settings.begun(given.job.key).unlink(missing_ok=True)
        times = "" if self.most_tries == 1 else f" {self.most_tries} times"
        error = (
            f"{given.job.path}: its worker ended{times} while it was at work on this input. "
            "Look at the input by itself with 'breastusai analyze'."
        )
        if self.manifest.crashed(given.job.key, self.most_tries, error):
            self._pace.finished(True)
            self.listener.failed(self.manifest.source(given.job.key), error)

    def _keep(self, now: bool = False) -> None:
        if not now and time.monotonic() - self._kept < _KEEPS_EVERY_S:
            return
        self._kept = time.monotonic()
        for key in self.manifest.commit():
            with suppress(OSError):
                self.settings.receipt(key).unlink(missing_ok=True)
        self.listener.progress(self._pace.progress(self.manifest.counts(), self._gathering is not None))

    def _say_nobody(self) -> None:
        if self.crew.workers:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > _NOBODY_AFTER_S:
            self._alone_since = float("inf")
            self.listener.nobody()

    def _tidy(self) -> None:
        """Clear what killed workers left half-written and begun, and receipts of what the manifest knows."""
        results, receipts = self.manifest.folder / RESULTS, self.manifest.folder / RECEIPTS
        for shard in results.iterdir() if results.is_dir() else ():
            remove_leftovers(shard, OWNED)
        for receipt in receipts.glob("*/*") if receipts.is_dir() else ():
            if receipt.suffix != ".json" or self.manifest.is_over(receipt.stem):
                with suppress(OSError):
                    receipt.unlink()
