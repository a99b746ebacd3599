"""The manifest of a batch: one SQLite file that says of every input what it is, and what has come of it.

One process writes, the batch itself; anybody may read meanwhile. It holds the paths of the inputs, as the user gave
them, and of their studies and series the hash alone.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..engine.errors import BatchError, OutputError
from ..report.atomic import output_errors
from .job import TOKEN, End, Job, Outcome, Settings

FILE, LOCK = "batch.sqlite", "batch.lock"
GATHERING, WAITING, RUNNING, DONE, FAILED, CRASHED = "gathering", "waiting", "running", "done", "failed", "crashed"
STATES = (GATHERING, WAITING, RUNNING, DONE, FAILED, CRASHED)
"""`gathering`: a series whose files are still being looked for. `crashed`: every worker ended that had it."""

_LAYOUT = 1
_WAIT_S = 60.0
_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE inputs (
    number INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
    study TEXT, series TEXT, state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0, put_back INTEGER NOT NULL DEFAULT 0,
    error TEXT, began REAL, seconds REAL, analyzing_s REAL, worker TEXT
);
CREATE INDEX next_input ON inputs (state, put_back, number);
CREATE TABLE files (path TEXT PRIMARY KEY, input INTEGER NOT NULL, bytes INTEGER, modified INTEGER, scan INTEGER);
CREATE INDEX files_of ON files (input);
CREATE TABLE results (
    input INTEGER, item INTEGER, folder TEXT, verdict TEXT, likelihood REAL, low REAL, high REAL,
    lesions INTEGER, frames INTEGER, flags TEXT, error TEXT, PRIMARY KEY (input, item)
);
"""


class Manifest:
    """Use `Manifest.open` for the batch, `Manifest.read` for whoever looks at it."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._sql = connection
        self._scan = 0
        self._told: list[str] = []
        self.duplicates = 0

    @staticmethod
    @contextmanager
    def open(folder: Path) -> Iterator[Manifest]:
        """The manifest to write to, made where there is none. What was running when a batch was killed waits again.

        Raises:
            BatchError: another batch works in the folder, or the file is no manifest.
            OutputError: it cannot be written.
        """
        with output_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(folder / FILE, os.O_CREAT | os.O_RDWR, 0o600))
        with _locked(folder), _errors(folder):
            connection = _connection(folder / FILE)
            try:
                manifest = Manifest(folder, connection)
                manifest._begin()
                yield manifest
                manifest.commit()
            finally:
                connection.close()

    @staticmethod
    @contextmanager
    def read(folder: Path) -> Iterator[Manifest]:
        """The manifest to look at. Raises BatchError where there is none."""
        path = folder / FILE
        if not path.is_file() or path.stat().st_size == 0:
            raise BatchError("there is no batch in this folder", where=folder, remedy="Give the --output of a batch")
        with _errors(folder):
            connection = _connection(path)
            try:
                connection.execute("PRAGMA query_only = ON")
                yield Manifest(folder, connection)
            finally:
                connection.close()

    def _begin(self) -> None:
        if not self._sql.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone():
            self._sql.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_LAYOUT}; COMMIT;")
        if self._sql.execute("PRAGMA user_version").fetchone()[0] != _LAYOUT:
            raise BatchError(
                "the manifest was made by another version", where=self.folder, remedy="Give another --output"
            )
        self._sql.execute(f"UPDATE inputs SET state = '{WAITING}', put_back = put_back + 1 WHERE state = '{RUNNING}'")
        self._scan = 1 + int(self._about("scans") or 0)
        self._tell("scans", str(self._scan))
        self.commit()

    def agree(self, settings: Settings) -> None:
        """Keep what the results depend on, and the token. Raises BatchError where an earlier run had other options."""
        told, before = settings.told(), self._about("settings")
        if before is not None and (former := json.loads(before)) != told:
            changed = [_words(name, former.get(name), told[name]) for name in told if former.get(name) != told[name]]
            raise BatchError(
                f"the batch in this folder was begun with other settings ({'; '.join(changed)})",
                where=self.folder,
                remedy="Give the same ones to go on with it, or another --output",
            )
        self._tell("settings", json.dumps(told))
        token = self._about("token") or os.urandom(16).hex()
        self._tell("token", token)
        self.commit()
        with output_errors(self.folder):
            (self.folder / TOKEN).write_text(token, encoding="ascii")

    def token(self) -> str:
        """What the file `TOKEN` holds."""
        return self._about("token") or ""

    # What is to be done.

    def gather_again(self) -> None:
        """Series that nobody has begun may turn out to have more files: they wait until that is known."""
        self._sql.execute(f"UPDATE inputs SET state = '{GATHERING}' WHERE state = '{WAITING}' AND kind = 'series'")

    def gathered(self) -> None:
        """All files have been looked for."""
        self._sql.execute(f"UPDATE inputs SET state = '{WAITING}' WHERE state = '{GATHERING}'")
        self.commit()

    def knows(self, path: str, size: int, modified: int) -> bool:
        """Whether the file is in the manifest as it is now; a second time within one scan it counts as a duplicate."""
        row = self._sql.execute("SELECT bytes, modified, scan FROM files WHERE path = ?", (path,)).fetchone()
        if row is None or (row["scan"] != self._scan and (row["bytes"], row["modified"]) != (size, modified)):
            return False
        self.duplicates += row["scan"] == self._scan
        self._sql.execute("UPDATE files SET scan = ? WHERE path = ?", (self._scan, path))
        return True

    def add_file(self, path: str, size: int, modified: int, job: Job, series: tuple[str, str] | None = None) -> None:
        """A new or changed file of the input `job`; what was found in that input before no longer counts.

        `series` are the hashes of study and series that the file belongs to, or None for one that stands alone.
        """
        number = self._input(job.key, "file" if series is None else "series", job.path, series)
        self._sql.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", (path, number, size, modified, self._scan)
        )

    def add_failed(self, key: str, source: str, error: str) -> None:
        """Something that was given and is not there, or may not be looked at."""
        self._sql.execute(
            f"""INSERT INTO inputs (key, kind, source, state, error) VALUES (?, 'none', ?, '{FAILED}', ?)
            ON CONFLICT (key) DO UPDATE SET error = excluded.error, state = '{FAILED}'
            WHERE inputs.state != '{DONE}'""",
            (key, source, error),
        )

    def _input(self, key: str, kind: str, source: str, series: tuple[str, str] | None) -> int:
        state = WAITING if series is None else GATHERING
        row = self._sql.execute("SELECT number, state FROM inputs WHERE key = ?", (key,)).fetchone()
        if row is None:
            added = self._sql.execute(
                "INSERT INTO inputs (key, kind, source, study, series, state) VALUES (?, ?, ?, ?, ?, ?)",
                (key, kind, source, *(series or (None, None)), state),
            )
            return int(added.lastrowid or 0)
        if row["state"] not in (GATHERING, RUNNING):
            self._sql.execute(
                "UPDATE inputs SET state = ?, kind = ?, tries = 0, crashes = 0, error = NULL WHERE number = ?",
                (state, kind, row["number"]),
            )
            self._sql.execute("DELETE FROM results WHERE input = ?", (row["number"],))
        return int(row["number"])

    def retry_failed(self) -> None:
        """Let everything that failed or crashed wait again, but for what was never there."""
        self._sql.execute(
            f"""UPDATE inputs SET state = '{WAITING}', tries = 0, crashes = 0
            WHERE state IN ('{FAILED}', '{CRASHED}') AND kind != 'none'"""
        )

    # Work.

    def take(self) -> Job | None:
        """The next input that waits, which then runs; those that were put back come last."""
        row = self._sql.execute(
            f"""SELECT number, key, kind, source FROM inputs WHERE state = '{WAITING}'
            ORDER BY put_back, number LIMIT 1"""
        ).fetchone()
        if row is None:
            return None
        self._sql.execute("UPDATE inputs SET state = ? WHERE number = ?", (RUNNING, row["number"]))
        if row["kind"] != "series":
            return Job(row["key"], row["source"])
        paths = self._sql.execute("SELECT path FROM files WHERE input = ? ORDER BY path", (row["number"],))
        return Job(row["key"], row["source"], tuple(path for (path,) in paths))

    def give_back(self, key: str) -> None:
        """It did not run, or was interrupted through no fault of its own."""
        self._sql.execute(
            f"UPDATE inputs SET state = '{WAITING}', put_back = put_back + 1 WHERE key = ? AND state = '{RUNNING}'",
            (key,),
        )

    def crashed(self, key: str, most: int, error: str) -> bool:
        """The worker that ran it ended; the `most`-th time it is not tried again. True where that is so."""
        (crashes,) = self._sql.execute("SELECT crashes + 1 FROM inputs WHERE key = ?", (key,)).fetchone()
        given_up = crashes >= most
        self._sql.execute(
            "UPDATE inputs SET state = ?, crashes = ?, put_back = put_back + 1, error = ? WHERE key = ?",
            (CRASHED if given_up else WAITING, crashes, error, key),
        )
        return bool(given_up)

    def record(self, outcome: Outcome, most: int) -> str:
        """Keep what came of an input; returns the state that it is now in. It is tried `most` times at most."""
        number, tries = self._sql.execute(
            "SELECT number, tries + 1 FROM inputs WHERE key = ?", (outcome.key,)
        ).fetchone()
        state = {End.DONE: DONE, End.FAILED: FAILED, End.AGAIN: FAILED, End.STOP: WAITING}[outcome.end]
        if outcome.end is End.AGAIN and tries < most:
            state = WAITING
        self._sql.execute(
            """UPDATE inputs SET state = ?, tries = ?, put_back = put_back + ?, error = ?, began = ?, seconds = ?,
            analyzing_s = ?, worker = ? WHERE number = ?""",
            (
                *(state, tries, state == WAITING, outcome.error, outcome.began),
                *(outcome.seconds, outcome.analyzing_s, outcome.worker, number),
            ),
        )
        self._sql.execute("DELETE FROM results WHERE input = ?", (number,))
        if state != WAITING:
            self._sql.executemany(
                "INSERT INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (number, at, *(item.folder, item.verdict, item.likelihood, item.low, item.high),
                     *(item.lesions, item.frames, item.flags, item.error))
                    for at, item in enumerate(outcome.items, 1)
                ),
            )  # fmt: skip
            self._told.append(outcome.key)
        return state

    def commit(self) -> list[str]:
        """Make all that was said so far outlast whatever comes; returns the inputs whose outcome now does."""
        self._sql.commit()
        told, self._told = self._told, []
        return told

    def is_over(self, key: str) -> bool:
        """Whether the manifest knows what came of an input."""
        row = self._sql.execute("SELECT state FROM inputs WHERE key = ?", (key,)).fetchone()
        return row is not None and row["state"] in (DONE, FAILED, CRASHED)

    # Looking at it.

    def source(self, key: str) -> str:
        """The path by which an input is known."""
        return str(self._sql.execute("SELECT source FROM inputs WHERE key = ?", (key,)).fetchone()[0])

    def counts(self) -> dict[str, int]:
        """How many inputs are in each of `STATES`."""
        found = dict(self._sql.execute("SELECT state, COUNT(*) FROM inputs GROUP BY state").fetchall())
        return {state: found.get(state, 0) for state in STATES}

    def rows(self, query: str, *values: Any) -> Iterator[sqlite3.Row]:
        """What a SELECT gives, row by row."""
        yield from self._sql.execute(query, values)

    def _about(self, name: str) -> str | None:
        row = self._sql.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row["value"])

    def _tell(self, name: str, value: str) -> None:
        self._sql.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))


def _connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_S)
    connection.row_factory = sqlite3.Row
    return connection


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other batches out. The system frees the lock of a process that ends, however that comes about."""
    lock = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise BatchError(
                "another batch is working in this folder",
                where=folder,
                remedy="Wait for it ('breastusai batch status' says how far it is), or give another --output",
            ) from error
        yield
    finally:
        lock.close()


@contextmanager
def _errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        full = "full" in str(error)
        if full:
            problem, remedy = "the disk is full", "Free some space, then run the same command again to go on"
            raise OutputError(problem, where=folder, remedy=remedy) from error
        raise BatchError(
            f"the manifest {FILE} cannot be used ({error})",
            where=folder,
            remedy="Check the disk, or give another --output",
        ) from error


def _words(name: str, before: Any, now: Any) -> str:
    if isinstance(before, dict) and isinstance(now, dict):
        return ", ".join(
            f"{key} {json.dumps(before.get(key))}, now {json.dumps(now.get(key))}"
            for key in now
            if before.get(key) != now.get(key)
        )
    return f"{name} {json.dumps(before)}, now {json.dumps(now)}"
