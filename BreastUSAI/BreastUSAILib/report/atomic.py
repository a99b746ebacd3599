"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..engine.errors import OutputError

_NAME_LENGTH = 60  # leaves room for the marks of a temporary name below the 255 bytes of common file systems

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
    return path.with_name(f".{path.name[:_NAME_LENGTH]}.{os.getpid()}.{purpose}")


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; it becomes `path` when the block ends well and vanishes otherwise.

    Raises:
        OutputError: where the file cannot be written (full disk, no permission, path too long).
    """
    temporary = temporary_sibling(path, "part")
    with output_errors(path):
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(folder: Path, owned: frozenset[str]) -> Iterator[Path]:
    """Give a temporary folder to fill; it becomes `folder` when the block ends well and vanishes otherwise.

    A `folder` that exists is replaced whole: its entries named in `owned` go, and whatever else somebody put there
    is kept.

    Raises:
        OutputError: where the folder cannot be written; an earlier result then stays as it was.
    """
    temporary = temporary_sibling(folder, "part")
    with output_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
            yield temporary
            _swap(temporary, folder, owned)
        except OutputError as error:  # name the folder that was asked for, not the temporary one
            raise OutputError(error.problem, where=folder, remedy=error.remedy) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _swap(new: Path, folder: Path, owned: frozenset[str]) -> None:
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
    for entry in old.iterdir():
        if entry.name not in owned:
            os.replace(entry, folder / entry.name)
    shutil.rmtree(old)
