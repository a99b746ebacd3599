"""A folder for one program's own files, of which nothing stays behind."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ..own_folders import remove_own
from .file_errors import handing_over

if sys.platform != "win32":
    from ..own_folders import empty, own_folder

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
    """Delete the private folders of this user below `parent` whose program is gone."""
    for path in parent.glob(f"{PREFIX}*"):
        with suppress(OSError):
            _remove_if_abandoned(path)


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
        if entry.name != _LOCK:
            with suppress(OSError):
                remove_own(entry)
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

    def _remove_if_abandoned(path: Path) -> None:
        """A user's temporary folder is the user's own here. Raises OSError where it is in use."""
        if not path.is_dir() or path.is_symlink():
            return
        try:
            lock = (path / _LOCK).open("r+b")
        except FileNotFoundError:  # just being made, or nearly removed: either way there is nothing else in it
            path.rmdir()
            return
        with lock:
            _lock_now(lock)
            _remove(path, lock)

else:
    import fcntl

    def _lock_now(file: IO[bytes]) -> None:
        """Take the lock on `file`. Raises BlockingIOError where another holds it, OSError where there are no locks."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _remove_if_abandoned(path: Path) -> None:
        """Below a temporary folder that everybody shares, anybody may put a folder or a link of that name.

        So it is opened once, looked at, and emptied from inside; a folder that anybody else could write to is none of
        this program's. Raises OSError where it is another's or in use.
        """
        with own_folder(path) as folder:
            if stat.S_IMODE(os.fstat(folder).st_mode) & 0o022:
                return
            try:
                number = os.open(_LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            except FileNotFoundError:  # just being made, or nearly removed: either way there is nothing else in it
                path.rmdir()
                return
            with open(number, "r+b", buffering=0) as lock:
                _lock_now(lock)
                empty(folder, keep=_LOCK)
                os.unlink(_LOCK, dir_fd=folder)
            path.rmdir()
