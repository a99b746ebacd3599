"""Workers of Dask: a cluster of this machine's own, or whatever a scheduler elsewhere has.

Each input is given to one worker by name, and each worker has one input at work and one that waits, so that it is known
which input a worker died of. Dask is an optional package and loaded when it is asked for.
"""

from __future__ import annotations

import logging
import os
import queue
import time
from collections.abc import Collection, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import __version__
from ..engine.errors import BatchError, DependencyError
from .crew import Broken, Event, Finished, Left, Refused
from .job import TOKEN, Job, Outcome, Settings
from .work import work_on_worker

ANSWERS_WITHIN_S = 10.0
_FETCHED_WITHIN_S = 3.0
_TENDED_EVERY_S = 2.0
_TOPIC = "all"
_SILENT = logging.CRITICAL + 1
CONNECTS_AGAIN_WITHIN_S = 30.0
_WORKER_MEMORY_BYTES = 1_500_000_000
"""About what one worker takes: torch, both networks, the reading process, a long cine."""
_FROM_DASK = {
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.scheduler.allowed-failures": 0,
    "distributed.comm.timeouts.connect": f"{ANSWERS_WITHIN_S:.0f}s",
}


def needed_dask() -> ModuleType:
    """Dask's `distributed`. Raises DependencyError where it is not installed."""
    try:
        import distributed
    except ImportError as error:
        raise DependencyError(
            "a batch needs the Python package distributed (of Dask), which is not installed",
            remedy="Install it with 'pip install \"breastusai[batch]\"'",
        ) from error
    return distributed


def _quiet() -> None:
    """Dask tells everything by itself, of each part by a logger with a level of its own; what matters is told here."""
    for name in ("distributed", *(name for name in logging.root.manager.loggerDict if name.startswith("distributed."))):
        logging.getLogger(name).setLevel(_SILENT)


@contextmanager
def local_crew(workers: int | None, settings: Settings, token: str) -> Iterator[DaskCrew]:
    """Worker processes of this machine, which end with the block and with this process.

    So many workers compute on one core each; None takes one for each core, or, where there is less memory than that,
    fewer that share the cores.
    """
    distributed = needed_dask()
    import dask
    from distributed.system import MEMORY_LIMIT

    _quiet()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = "1"
    if workers is None:
        workers = max(1, min(cores, int(MEMORY_LIMIT // _WORKER_MEMORY_BYTES)))
        threads = str(cores // workers)
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    spawned = {"distributed.nanny.pre-spawn-environ": dict.fromkeys(names, threads)}
    with (
        dask.config.set({**_FROM_DASK, **spawned}),
        distributed.LocalCluster(
            security=_own_security(),
            n_workers=0,  # a worker that is killed while it starts would end a cluster that waits for it
            threads_per_worker=1,
            memory_limit=MEMORY_LIMIT // workers,
            processes=True,
            silence_logs=_SILENT,
            dashboard_address="127.0.0.1:8787",
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
        _listening(client, settings, token, _Nursery(cluster, workers)) as crew,
    ):
        yield crew


def _own_security() -> Any:
    """Certificates of this batch alone: a scheduler runs whatever it is sent, and others may use this computer too."""
    from distributed.security import Security

    try:
        return Security.temporary()
    except ImportError as error:
        raise DependencyError(
            "a batch needs the Python package cryptography, which is not installed",
            remedy="Install it with 'pip install \"breastusai[batch]\"'",
        ) from error


@contextmanager
def remote_crew(address: str, settings: Settings, token: str) -> Iterator[DaskCrew]:
    """The workers of a scheduler that runs already. Raises BatchError where none answers at `address`."""
    distributed = needed_dask()
    import dask

    _quiet()
    with dask.config.set(_FROM_DASK):
        try:
            client = distributed.Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise BatchError(
                f"no Dask scheduler answers within {ANSWERS_WITHIN_S:.0f} s",
                where=address,
                remedy="Start one with 'dask scheduler', and give the address that it prints, such as "
                "tcp://192.168.1.5:8786",
            ) from error
        with client, _listening(client, settings, token) as crew:
            yield crew


@contextmanager
def _listening(client: Any, settings: Settings, token: str, nursery: _Nursery | None = None) -> Iterator[DaskCrew]:
    """The crew, until the block ends: who goes without a word leaves the scheduler talking to nobody, and saying so."""
    try:
        yield DaskCrew(client, settings, token, nursery)
    finally:
        if client.status == "running":
            client.unsubscribe_topic(_TOPIC)


class _Nursery:
    """Keeps the number of workers of a local cluster: Dask starts one again that dies, unless it died young."""

    def __init__(self, cluster: Any, count: int) -> None:
        self.count = count
        self._cluster = cluster
        self._tended = time.monotonic()
        cluster.scale(count)

    def tend(self) -> None:
        """Put others in the place of those that could not be started."""
        if time.monotonic() - self._tended > _TENDED_EVERY_S:
            self._tended = time.monotonic()
            self._cluster.loop.add_callback(self._replace)

    def _replace(self) -> None:
        from distributed.core import Status

        workers = self._cluster.workers
        for name in [name for name, one in workers.items() if one.status in (Status.closed, Status.failed)]:
            del workers[name]
        if len(workers) < self.count:
            self._cluster.scale(self.count)


class DaskCrew:
    """The workers that a client of Dask sees, as far as they fit."""

    def __init__(self, client: Any, settings: Settings, token: str, nursery: _Nursery | None = None) -> None:
        self._nursery = nursery
        self._client = client
        self.address = str(client.scheduler.address)
        """Where workers find the scheduler."""
        self._settings = settings
        self._token = token
        self._workers: set[str] = set()
        self._refused: set[str] = set()
        self._unseen: set[str] = set()
        self._at_work: dict[int, tuple[str, str, Any]] = {}
        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._events: list[Event] = []
        self._last_seen = time.monotonic()
        client.subscribe_topic(_TOPIC, self._hear)
        self._look_at(client.scheduler_info(n_workers=-1)["workers"])

    @property
    def dashboard(self) -> str:
        """The address of Dask's own page about its work."""
        return str(self._client.dashboard_link)

    @property
    def size(self) -> int:
        """How many workers there are, or soon will be."""
        return len(self._workers) if self._nursery is None else self._nursery.count

    @property
    def workers(self) -> Collection[str]:
        """Those that may be given work now, in a steady order."""
        return sorted(self._workers)

    def give(self, ticket: int, job: Job, worker: str) -> None:
        """Let this worker work on an input. Raises BatchError where nobody can be reached."""
        self._check_connection()
        future = self._client.submit(
            work_on_worker,
            job,
            self._settings,
            key=f"breast-{job.key}-{ticket}",
            workers=[worker],
            allow_other_workers=False,
            pure=False,
        )
        self._at_work[ticket] = (worker, job.key, future)
        future.add_done_callback(lambda _: self._heard.put(ticket))

    def events(self, longest_s: float) -> list[Event]:
        """What happened since; waits so long for something to happen. Raises BatchError."""
        if not self._events:
            with suppress(queue.Empty):
                self._take_note(self._heard.get(timeout=longest_s))
        with suppress(queue.Empty):
            while True:
                self._take_note(self._heard.get_nowait())
        self._check_connection()
        if self._unseen and self._client.status == "running":
            unseen, self._unseen = self._unseen, set()
            self._look_at(unseen)
        if self._nursery is not None:
            self._nursery.tend()
        events, self._events = self._events, []
        return events

    def _hear(self, event: tuple[float, Any]) -> None:
        """Called in Dask's own thread."""
        self._heard.put(event[1])

    def _take_note(self, said: Any) -> None:
        if isinstance(said, int):
            self._finished(said)
        elif isinstance(said, dict) and said.get("action") == "add-worker":
            self._look_at([said["worker"]])
        elif isinstance(said, dict) and said.get("action") == "remove-worker" and said["worker"] in self._workers:
            self._workers.discard(said["worker"])
            for worker, _, future in self._at_work.values():
                if worker == said["worker"] and not future.done():
                    future.cancel()
            self._events.append(Left(said["worker"], bool(said.get("expected"))))

    def _finished(self, ticket: int) -> None:
        from distributed import KilledWorker

        _, key, future = self._at_work.pop(ticket)
        try:
            # what a worker said is fetched from it, which may be dead by now; its receipt is there all the same
            outcome = self._settings.known(key) or future.result(timeout=_FETCHED_WITHIN_S)
        except (KilledWorker, TimeoutError):
            pass  # that its worker has left is told by itself
        except CancelledError:
            self._events.append(Broken(ticket, ""))
        except Exception as error:  # whatever the worker, or Dask in its name, raises
            self._events.append(Broken(ticket, f"{type(error).__name__}: {error}"))
        else:
            assert isinstance(outcome, Outcome)
            self._events.append(Finished(ticket, outcome))
        finally:
            future.release()

    def _look_at(self, addresses: Collection[str]) -> None:
        """Accept new workers that fit, and refuse the others once."""
        new = [address for address in addresses if address not in self._workers | self._refused]
        if not new:
            return
        try:
            versions = self._client.get_versions()["workers"]
            told = self._client.run(_probe(), self._settings.folder, TOKEN, workers=new, on_error="return")
            there = self._client.scheduler_info(n_workers=-1)["workers"]
        except OSError:  # the connection is lost; they are asked once it is there again
            self._unseen.update(new)
            return
        for address in new:
            if address not in told or address not in there:  # it has left since
                continue
            why = _unfit(versions.get(address), told[address], self._token, self._settings.folder)
            if why is None:
                self._workers.add(address)
            else:
                self._refused.add(address)
                self._events.append(Refused(address, why))

    def _check_connection(self) -> None:
        if self._client.status == "running":
            self._last_seen = time.monotonic()
        elif self._client.status == "closed" or time.monotonic() - self._last_seen > CONNECTS_AGAIN_WITHIN_S:
            raise BatchError(
                "the Dask scheduler is gone; what was finished stays",
                where=self.address,
                remedy="Start it again, then run the same command again to go on",
            )


def _probe() -> Any:
    """A function that travels by its code and not by its name, so that a worker without it can answer."""

    def probe(folder: str, name: str) -> dict[str, Any]:
        import os
        import socket

        told: dict[str, Any] = {"version": None, "token": None, "host": socket.gethostname()}
        try:
            import BreastUSAILib

            told["version"] = BreastUSAILib.__version__
            with open(os.path.join(folder, name), encoding="ascii") as file:
                told["token"] = file.read()
        except (ImportError, OSError):
            pass
        return told

    return probe


def _unfit(versions: Any, told: Any, token: str, folder: str) -> str | None:
    """Why a worker cannot be used, in words; None where it can."""
    packages = (versions or {}).get("packages") or {}
    from distributed.versions import get_versions

    own = get_versions()["packages"]
    for name, digits in (("python", 2), ("distributed", 9)):
        there, here = (".".join(str(one.get(name)).split(".")[:digits]) for one in (packages, own))
        if packages and there != here:
            return f"it runs {name} {there}, and this is {name} {here}. Install the same version there"
    if not isinstance(told, dict):
        return f"it could not say what it has ({type(told).__name__}: {told})"
    if told["version"] != __version__:
        there = "has no BreastUSAI" if told["version"] is None else f"runs BreastUSAI {told['version']}"
        return f"it {there} on {told['host']}, and this is BreastUSAI {__version__}. Install the same version there"
    if told["token"] != token:
        return (
            f"{told['host']} does not see the folder {Path(folder)}. Give an --output on a disk that all machines "
            "reach by the same path"
        )
    return None
