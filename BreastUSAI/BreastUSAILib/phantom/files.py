"""Files that are complete or not there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from ..engine.errors import OutputError


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file of a temporary name beside `path`, then rename it. Raises OutputError."""
    partial = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(partial)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutputError(
            f"cannot be written ({error.strerror})", where=path, remedy="Choose a writable folder with free space"
        ) from error
