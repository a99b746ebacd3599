"""A library of past cases on disk: a folder with one SQLite database, in write-ahead mode.

SQLite keeps what a killed program had committed and nothing else, lets one program write while others read, and lets
a second writer wait. Every file states its format, and no other program's database is taken for one. Needs numpy alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import LibraryError

DATABASE = "library.sqlite"
APPLICATION = 0x42555343  # "BUSC", breast-ultrasound cases: what SQLite's header says of the program
FORMAT = 1
WAIT_S = 30.0

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE cases (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pixels BLOB NOT NULL UNIQUE,
  patient BLOB NOT NULL,
  hash BLOB NOT NULL,
  signature BLOB NOT NULL,
  label TEXT NOT NULL,
  proven TEXT NOT NULL,
  birads TEXT NOT NULL,
  histology TEXT NOT NULL,
  size_mm REAL,
  area_share REAL,
  source TEXT NOT NULL,
  checksum INTEGER NOT NULL
);
CREATE TABLE pictures (
  id INTEGER PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
  file TEXT NOT NULL,
  frame INTEGER NOT NULL,
  thumbnail BLOB NOT NULL
);
"""

_BUILD = "Build one with 'breastusai library build'"
_AGAIN = "Build the library again"


def database_in(folder: Path) -> Path:
    """Where a library's database lies."""
    return folder / DATABASE


@contextmanager
def sqlite_errors(folder: Path) -> Iterator[None]:
    """Turn what SQLite raises inside into a LibraryError about `folder`."""
    try:
        yield
    except sqlite3.Error as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise LibraryError(
                "another program is writing to this library", where=folder, remedy="Try again when it is done"
            ) from error
        if "full" in text:
            raise LibraryError("the disk is full", where=folder, remedy="Free some space; nothing was lost") from error
        if "readonly" in text or "unable to open" in text:
            raise LibraryError(
                "the library cannot be opened for this", where=folder, remedy="Check that you may write to its folder"
            ) from error
        raise LibraryError(f"the library is damaged ({text})", where=folder, remedy=_AGAIN) from error


@contextmanager
def opened_for_reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database, to be read in one piece however others write. Raises LibraryError."""
    path = database_in(folder)
    if not path.is_file():
        raise LibraryError("there is no library of past cases", where=folder, remedy=_BUILD)
    with sqlite_errors(folder):
        connection = _read_only(path)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            _check_format(connection, folder)
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()


@contextmanager
def opened_for_writing(folder: Path, wait_s: float = WAIT_S) -> Iterator[sqlite3.Connection]:
    """The database inside one transaction: everything that is done in the block, or nothing. Raises LibraryError.

    Another writer is waited for, at most `wait_s` seconds.
    """
    path = database_in(folder)
    if not path.is_file():
        raise LibraryError("there is no library of past cases", where=folder, remedy=_BUILD)
    with sqlite_errors(folder):
        connection = _writable(path, wait_s)
        try:
            _check_format(connection, folder)
            with _transaction(connection):
                yield connection
        finally:
            connection.close()


def create(folder: Path, about: dict[str, Any]) -> None:
    """Make an empty library that states `about`. Raises LibraryError where there is one already."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise LibraryError(
            f"the folder cannot be made ({error.strerror or error})", where=folder, remedy="Choose another folder"
        ) from error
    with sqlite_errors(folder):
        connection = _writable(database_in(folder), WAIT_S)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            with _transaction(connection):
                if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise LibraryError(
                        "there is a library already",
                        where=folder,
                        remedy="Use 'breastusai library add', or another folder",
                    )
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION}")
                connection.execute(f"PRAGMA user_version = {FORMAT}")
                state(connection, about)
        finally:
            connection.close()
    database_in(folder).chmod(0o600)


def state(connection: sqlite3.Connection, about: dict[str, Any]) -> None:
    """Keep what the library says of itself, by name."""
    connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())


def stated(connection: sqlite3.Connection) -> dict[str, Any]:
    """All that it says of itself, by name."""
    return dict(connection.execute("SELECT name, value FROM about"))


def make_portable(folder: Path) -> None:
    """Turn a finished library into one compact file that can be read from where nothing may be written."""
    with sqlite_errors(folder):
        connection = _writable(database_in(folder), WAIT_S)
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        finally:
            connection.close()


def structural_damage(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong in the file, in its words; nothing for an intact one."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
    return [] if found == ["ok"] else found


def _read_only(path: Path) -> sqlite3.Connection:
    address = path.absolute().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=WAIT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA schema_version")
    except sqlite3.OperationalError as error:
        connection.close()
        if "unable to open" not in str(error):
            raise
        # in a folder that cannot be written to there are no writers either, and none of their files
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    return connection


def _writable(path: Path, wait_s: float) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # whole after a kill and after a power cut alike
    return connection


def _check_format(connection: sqlite3.Connection, folder: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION:
        raise LibraryError("the file is not a library of past cases", where=folder, remedy=_BUILD)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != FORMAT:
        newer = "a newer" if found > FORMAT else "another"
        raise LibraryError(
            f"the library has format {found}, of {newer} version of BreastUSAI; this one reads format {FORMAT}",
            where=folder,
            remedy="Update BreastUSAI" if found > FORMAT else _AGAIN,
        )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
