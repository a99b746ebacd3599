"""A folder for one program's own files, of which nothing stays behind."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from .file_errors import handing_over

PREFIX = "BreastUSAI-engine-"
_LOCK = "in-use"


def _now(work: Callable[[], None]) -> None:
    work()


class PrivateFolder:
    """A new folder below `parent` that only this user may enter, locked for as long as this program lives.

    Making one removes what programs that died have left: the system frees a lock when its program ends, however that
    comes about, and a folder whose lock is held is another's and is not touched.

    Raises OutputError where `parent` cannot be written to.
    """

    def __init__(self, parent: Path | str | None = None) -> None:
        place = Path(tempfile.gettempdir() if parent is None else parent)
        with handing_over(place):
            remove_abandoned(place)
            self.path, self._lock = _locked_folder(place)

    @contextmanager
    def subfolder(self, when: Callable[[Callable[[], None]], None] = _now) -> Iterator[Path]:
        """A folder inside that is gone when the block ends, or later where another program still works in it.

        `when` is given what removes the folder. Raises OutputError where it cannot be made.
        """
        with handing_over(self.path):
            path = Path(tempfile.mkdtemp(dir=self.path))
        try:
            yield path
        finally:
            when(lambda: shutil.rmtree(path, ignore_errors=True))

    def remove(self) -> None:
        """Delete the folder and everything in it."""
        _remove(self.path, self._lock)


def remove_abandoned(parent: Path) -> None:
    """Delete the private folders below `parent` whose program is gone, where this user may."""
    for path in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if not path.is_dir() or path.is_symlink():
                continue
            try:
                lock = (path / _LOCK).open("r+b")
            except FileNotFoundError:  # just being made, or nearly removed: either way there is nothing else in it
                path.rmdir()
                continue
            with lock:
                _lock_now(lock)
                _remove(path, lock)


def _locked_folder(parent: Path) -> tuple[Path, IO[bytes]]:
    """A new folder and its held lock; another program that tidies up may come in between, hence the tries."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))
        with suppress(FileNotFoundError):
            lock = (path / _LOCK).open("x+b")
            try:
                _lock_now(lock)
            except BlockingIOError:
                lock.close()
                continue
            except OSError:  # a file system without locks, where nobody can tell and so nobody removes
                return path, lock
            if (path / _LOCK).exists():
                return path, lock
            lock.close()


def _remove(path: Path, lock: IO[bytes]) -> None:
    """The lock goes last: a folder without one is empty."""
    for entry in path.iterdir() if path.is_dir() else ():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name != _LOCK:
            with suppress(OSError):
                entry.unlink()
    lock.close()
    with suppress(OSError):
        (path / _LOCK).unlink()
        path.rmdir()


if sys.platform == "win32":
    import msvcrt

    def _lock_now(file: IO[bytes]) -> None:
        """Take the lock on `file`. Raises BlockingIOError where another holds it."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def _lock_now(file: IO[bytes]) -> None:
        """Take the lock on `file`. Raises BlockingIOError where another holds it, OSError where there are no locks."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
