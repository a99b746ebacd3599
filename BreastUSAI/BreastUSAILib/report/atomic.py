"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..engine.errors import OutputError
from ..engine.own_folders import abandoned, held, remove_own

_NAME_BYTES = 200  # leaves room for the marks of a temporary name below the 255 bytes of common file systems
_PRIVATE = 0o700

_CAUSES = {
    errno.ENOSPC: ("the disk is full", "Free some space or choose another output folder"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space or choose another output folder"),
    errno.EACCES: ("writing is not permitted", "Choose an output folder that you may write to"),
    errno.EPERM: ("writing is not permitted", "Choose an output folder that you may write to"),
    errno.EROFS: ("the file system is read-only", "Choose an output folder that you may write to"),
    errno.EFBIG: ("the file is too large for this disk", "Choose an output folder on another disk"),
    errno.ENAMETOOLONG: ("the path is too long", "Choose an output folder with a shorter path"),
    errno.ENOTDIR: ("a file stands where a folder is needed", "Choose another output folder, or move that file"),
    errno.EEXIST: ("a file stands where a folder is needed", "Choose another output folder, or move that file"),
}


@contextmanager
def output_errors(where: Path) -> Iterator[None]:
    """Turn every OSError inside into an OutputError about `where`, with the remedy that fits its cause."""
    try:
        yield
    except OSError as error:
        unknown = (
            f"the result could not be written ({error.strerror or error})",
            "Check the output folder and the disk",
        )
        problem, remedy = _CAUSES.get(error.errno or 0, unknown)
        raise OutputError(problem, where=where, remedy=remedy) from error


def temporary_sibling(path: Path, purpose: str) -> Path:
    """A hidden name beside `path`, on the same file system, that no other process uses."""
    name = path.name.encode("utf-8", "surrogateescape")[:_NAME_BYTES].decode("utf-8", "ignore")
    return path.with_name(f".{name}.{os.getpid()}.{purpose}")


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; it becomes `path` when the block ends well and vanishes otherwise.

    Raises:
        OutputError: where the file cannot be written (full disk, no permission, path too long).
    """
    temporary = temporary_sibling(path, "part")
    with output_errors(path):
        try:
            temporary.unlink(missing_ok=True)  # whatever it is, nothing is written through it
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(folder: Path, owned: frozenset[str], *, private: bool = False) -> Iterator[Path]:
    """Give a temporary folder to fill; it becomes `folder` when the block ends well and vanishes otherwise.

    A `folder` that exists is replaced whole: its entries named in `owned` go, and whatever else somebody put there
    is kept. A link in its place is replaced, and what it leads to is not touched.

    Args:
        folder: the folder to make, with its parents.
        owned: names of what is written into it.
        private: whether nobody but the user may read it, unless the folder itself, or else the one that it lies in,
            was there before and lets others read.

    Raises:
        OutputError: where the folder cannot be written; an earlier result then stays as it was.
    """
    temporary = temporary_sibling(folder, "part")
    with output_errors(folder):
        mode = _mode_there(folder) if private else None
        _make_parents(folder.parent, private)
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir(mode=_PRIVATE if private else 0o777)
            with held(temporary):
                yield temporary
                if mode is not None:
                    _give_mode(temporary, mode)
                _swap(temporary, folder, owned)
        except OutputError as error:  # name the folder that was asked for, not the temporary one
            raise OutputError(error.problem, where=folder, remedy=error.remedy) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(parent: Path, owned: frozenset[str]) -> None:
    """Delete what a killed program left half-written in `parent`; a result that it had put aside comes back."""
    for path in abandoned(parent, _LEFT):
        matched = _LEFT.fullmatch(path.name)
        assert matched is not None
        with suppress(OSError):
            if matched["purpose"] == "old" and path.is_dir():
                target = path.with_name(matched["name"])
                if not os.path.lexists(target):
                    os.replace(path, target)
                    continue
                _keep_others(path, target, owned)
            remove_own(path)


_LEFT = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d{1,10})\.(?P<purpose>part|old)")


def _mode_there(folder: Path) -> int:
    """The permissions that the folder has, or else those of the one that it will lie in; private where neither is."""
    for place in (folder, folder.parent):
        if place.is_dir() and not place.is_symlink():
            return stat.S_IMODE(place.stat().st_mode) & 0o777 | _PRIVATE
    return _PRIVATE


def _make_parents(parent: Path, private: bool) -> None:
    missing = [place for place in (parent, *parent.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=_PRIVATE if private else 0o777, exist_ok=True)
    parent.mkdir(exist_ok=True)


def _give_mode(folder: Path, mode: int) -> None:
    for path in folder.rglob("*"):
        path.chmod(mode if path.is_dir() else mode & 0o666)
    folder.chmod(mode)


def _swap(new: Path, folder: Path, owned: frozenset[str]) -> None:
    if folder.is_symlink():
        folder.unlink()
    if not folder.exists():
        os.replace(new, folder)
        return
    if not folder.is_dir():
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    old = temporary_sibling(folder, "old")
    os.replace(folder, old)
    try:
        os.replace(new, folder)
    except BaseException:
        os.replace(old, folder)
        raise
    _keep_others(old, folder, owned)
    shutil.rmtree(old)


def _keep_others(old: Path, folder: Path, owned: frozenset[str]) -> None:
    """Move what is not of this program from an earlier folder into the one that took its place."""
    for entry in old.iterdir():
        if entry.name not in owned:
            os.replace(entry, folder / entry.name)
