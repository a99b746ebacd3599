"""Folders that a program makes beside others' and may leave behind when it is killed: told apart, and removed safely.

The system frees a lock when its program ends, however that comes about. So a folder is abandoned where it is this
user's own, where the process that its name states is gone, and where nobody holds its lock. Whatever is removed is
reached from an open folder and never by a path that somebody could bend meanwhile. Uses the standard library alone.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OLD_S = 24 * 3600  # where the system tells nothing of processes and locks


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder's lock for as long as the block runs; does nothing where the system has no such locks."""
    number = None
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError):
            number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield
    finally:
        if number is not None:
            os.close(number)


def abandoned(parent: Path, name: re.Pattern[str]) -> list[Path]:
    """The folders in `parent` that a dead program of this user left.

    Args:
        parent: the folder to look through.
        name: fully matches their names; its group ``pid`` is the number of the process.
    """
    found = []
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            matched = name.fullmatch(entry.name)
            if matched is not None and _is_left(Path(entry.path), int(matched["pid"])):
                found.append(Path(entry.path))
    return sorted(found)


def remove_own(path: Path) -> None:
    """Delete a file, a link or a folder with all in it; links are deleted and not followed. Raises OSError."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    elif sys.platform == "win32":
        shutil.rmtree(path)
    else:
        with own_folder(path) as number:
            empty(number)
        path.rmdir()


if sys.platform == "win32":

    def _is_left(path: Path, pid: int) -> bool:
        return path.is_dir() and pid != os.getpid() and time.time() - path.stat().st_mtime > _OLD_S

else:

    def _is_left(path: Path, pid: int) -> bool:
        import fcntl

        if pid == os.getpid() or _lives(pid):
            return False
        try:
            with own_folder(path) as number:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another's, a link, no folder, or in use
            return False
        return True

    def _lives(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            return True
        return True

    @contextmanager
    def own_folder(path: Path) -> Iterator[int]:
        """A folder of this user's, opened. Raises OSError where it is another's, a link, or no folder."""
        number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(number).st_uid != os.getuid():
                raise PermissionError("the folder is another user's")
            yield number
        finally:
            os.close(number)

    def empty(number: int, keep: str = "") -> None:
        """Delete everything in an open folder, but for the entry `keep`. Raises OSError."""
        with os.scandir(number) as entries:
            names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for name, is_folder in names:
            if name == keep:
                continue
            if not is_folder:
                os.unlink(name, dir_fd=number)
                continue
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=number)
            try:
                empty(inner)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=number)
