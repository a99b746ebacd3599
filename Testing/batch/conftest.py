"""A batch whose workers are made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from BreastUSAILib.batch.crew import Event, Finished, Left
from BreastUSAILib.batch.job import Job, Settings
from BreastUSAILib.batch.manifest import Manifest
from BreastUSAILib.batch.progress import Progress
from BreastUSAILib.batch.run import BatchRun
from BreastUSAILib.batch.scan import Scan
from BreastUSAILib.batch.work import Warm, work
from Testing.batch.fakes import opening


@dataclass
class MadeUpCrew:
    """Workers in this process. One that gets an input in `deadly` is gone, and another comes in its place.

    `untold` are inputs that are worked on, but of whose end nobody hears: their worker is gone right after.
    """

    settings: Settings
    workers: list[str] = field(default_factory=lambda: ["one", "two"])
    deadly: Callable[[Job], bool] = lambda job: False
    untold: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
    waiting: list[tuple[int, Job, str]] = field(default_factory=list)
    most_at_once: int = 0

    def give(self, ticket: int, job: Job, worker: str) -> None:
        assert worker in self.workers
        self.waiting.append((ticket, job, worker))
        self.most_at_once = max(self.most_at_once, len(self.waiting))

    def events(self, longest_s: float) -> list[Event]:
        if not self.waiting:
            return []
        ticket, job, worker = self.waiting.pop(0)
        name = Path(job.path).name
        dies = self.deadly(job)
        if dies or name in self.leaving:
            self.settings.begun(job.key).parent.mkdir(parents=True, exist_ok=True)
            self.settings.begun(job.key).touch()
        if dies:
            return [self._gone(worker, False)]
        if name in self.leaving:
            self.leaving.discard(name)
            return [self._gone(worker, True)]
        outcome = work(job, self.settings, Warm(), worker)
        if name in self.untold:
            self.untold.discard(name)
            return [self._gone(worker, False)]
        return [Finished(ticket, outcome)]

    def _gone(self, worker: str, expected: bool) -> Left:
        self.workers[self.workers.index(worker)] = f"{worker}'"
        self.waiting = [one for one in self.waiting if one[2] != worker]
        return Left(worker, expected)


@dataclass
class Heard:
    """What a batch told."""

    failures: list[tuple[str, str]] = field(default_factory=list)
    last: Progress | None = None

    def failed(self, source: str, error: str) -> None:
        self.failures.append((Path(source).name, error))

    def refused(self, worker: str, why: str) -> None: ...

    def nobody(self) -> None: ...

    def progress(self, progress: Progress) -> None:
        self.last = progress


@dataclass
class Batch:
    """A batch in a folder, which can be run any number of times."""

    beside: Path

    def __post_init__(self) -> None:
        self.folder = self.beside / "batch"
        self.settings = Settings(str(self.folder), opening)
        self.crew = MadeUpCrew(self.settings)
        self.heard = Heard()

    def run(self, *inputs: Path | str, most_tries: int = 3) -> None:
        self.crew.waiting.clear()
        with self.manifest() as manifest:
            manifest.agree(self.settings)
            scan = Scan([str(one) for one in inputs], manifest, self.folder, lambda text: None)
            BatchRun(manifest, self.crew, self.settings, scan, self.heard, most_tries).work()

    @contextmanager
    def manifest(self) -> Iterator[Manifest]:
        with Manifest.open(self.folder) as manifest:
            yield manifest

    def states(self) -> dict[str, str]:
        """Name of the file -> state."""
        with Manifest.read(self.folder) as manifest:
            return {Path(row["source"]).name: row["state"] for row in manifest.rows("SELECT * FROM inputs")}

    def results(self) -> list[str]:
        """Folders with a result, by the manifest; all of them are there."""
        with Manifest.read(self.folder) as manifest:
            named = [row["folder"] for row in manifest.rows("SELECT folder FROM results WHERE folder NOT NULL")]
        there = sorted(str(path.parent.relative_to(self.folder)) for path in self.folder.rglob("analysis.json"))
        assert sorted(named) == there
        return there


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """A batch that nobody has begun."""
    return Batch(tmp_path)
