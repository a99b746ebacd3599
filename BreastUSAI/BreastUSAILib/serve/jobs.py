"""Uploaded images one after the other: a bounded queue, results in memory for a while, nothing left on disk."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from ..engine.errors import BreastUSAIError, Cancelled, unexpected
from ..engine.options import AnalyzeOptions, Cancelling, Progress

Work = Callable[[Path, AnalyzeOptions, Progress, Cancelling], Mapping[str, bytes]]
"""From a file to the files of its result, by name. Raises BreastUSAIError, and Cancelled when it is asked to stop."""


class Full(Exception):
    """As many images wait as may: ask again later."""


class State(str, Enum):
    """Where an image is on its way."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass
class Job:
    """One image.

    Args:
        id: who knows it may ask for it.
        file: the upload; gone once it was read.
        options: what was asked.
        state: where it is.
        done, total: of the work, in frames.
        problem: why it failed, in one line that names no path.
        files: of its result, by name.
        ended: when, by `time.monotonic`.
    """

    id: str
    file: Path
    options: AnalyzeOptions
    state: State = State.WAITING
    done: int = 0
    total: int = 0
    problem: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    ended: float | None = None
    is_unwanted: bool = False

    def to_json(self, ahead: int) -> dict[str, Any]:
        """What is told of it; `ahead` are those before it."""
        return {
            "id": self.id,
            "state": self.state.value,
            "ahead": ahead,
            "done": self.done,
            "total": self.total,
            "problem": self.problem or None,
            "files": sorted(self.files),
        }


class Jobs:
    """Works on images in the order in which they came, in a thread of its own.

    Args:
        work: does it.
        most_waiting: images beside the one that is worked on, those included that are being uploaded; a further one is
            refused.
        keep_s: how long a result is kept.
        most_kept: how many results are; the oldest makes way.
    """

    def __init__(self, work: Work, most_waiting: int = 8, keep_s: float = 600.0, most_kept: int = 64) -> None:
        self._work, self._most_waiting, self._keep_s, self._most_kept = work, most_waiting, keep_s, most_kept
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._closing, self._held = False, 0
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    @contextmanager
    def place(self) -> Iterator[Callable[[Path, AnalyzeOptions], Job]]:
        """Hold a place in the queue while an image is uploaded; what is given takes it then. Raises Full."""
        with self._changed:
            self._forget()
            self._check_room()
            self._held += 1
        try:
            yield self._submit
        finally:
            with self._changed:
                self._held -= 1

    def submit(self, file: Path, options: AnalyzeOptions) -> Job:
        """Take an image that is there already; its file belongs to the queue from now on. Raises Full."""
        with self.place() as submit:
            return submit(file, options)

    def _submit(self, file: Path, options: AnalyzeOptions) -> Job:
        with self._changed:
            job = Job(secrets.token_urlsafe(16), file, options)
            self._jobs[job.id] = job
            self._changed.notify_all()
            return job

    def get(self, identifier: str) -> tuple[Job, int] | None:
        """An image and how many are before it; None where it is unknown, or was forgotten."""
        with self._changed:
            self._forget()
            job = self._jobs.get(identifier)
            if job is None:
                return None
            before = [one for one in self._jobs.values() if one.state in (State.WAITING, State.RUNNING)]
            return job, before.index(job) if job in before else 0

    def remove(self, identifier: str) -> bool:
        """Forget an image, and stop working on it; False where it is unknown."""
        with self._changed:
            job = self._jobs.get(identifier)
            if job is None:
                return False
            job.is_unwanted = True
            if job.state is not State.RUNNING:
                job.file.unlink(missing_ok=True)
                del self._jobs[identifier]
            return True

    def close(self) -> None:
        """Stop; what waits is forgotten."""
        with self._changed:
            self._closing = True
            for job in self._jobs.values():
                job.is_unwanted = True
                job.file.unlink(missing_ok=True)
            self._changed.notify_all()
        self._thread.join(30.0)

    def _check_room(self) -> None:
        waiting = sum(job.state is State.WAITING for job in self._jobs.values())
        if self._closing or waiting + self._held >= self._most_waiting:
            raise Full

    def _forget(self) -> None:
        ended = [job for job in self._jobs.values() if job.ended is not None]
        now = time.monotonic()
        for place, job in enumerate(ended):
            too_many = len(ended) - place > self._most_kept
            if too_many or now - (job.ended or now) > self._keep_s:
                del self._jobs[job.id]

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._next() is not None)
                job = self._next()
                if self._closing or job is None:
                    return
                job.state = State.RUNNING
            self._do(job)

    def _next(self) -> Job | None:
        return next((job for job in self._jobs.values() if job.state is State.WAITING), None)

    def _do(self, job: Job) -> None:
        def progress(done: int, total: int, _words: str) -> None:
            job.done, job.total = done, total

        files: Mapping[str, bytes] = {}
        problem = ""
        try:
            files = self._work(job.file, job.options, progress, lambda: job.is_unwanted)
        except Cancelled:
            problem = "it was cancelled"
        except BreastUSAIError as error:
            problem = told(error)
        except Exception as error:  # the edge: a defect in one image must not end the others' work
            problem = told(unexpected(error))
        job.file.unlink(missing_ok=True)
        with self._changed:
            job.files, job.problem, job.ended = files, problem, time.monotonic()
            job.state = State.FAILED if problem else State.DONE
            if job.is_unwanted:
                self._jobs.pop(job.id, None)


def told(error: BreastUSAIError) -> str:
    """What is wrong and what to do, without where: paths of this computer are nobody else's."""
    where, said = error.where or "", error.problem
    said = said.replace(where, "the image") if where else said
    return f"{said}. {error.remedy}." if error.remedy else f"{said}."
