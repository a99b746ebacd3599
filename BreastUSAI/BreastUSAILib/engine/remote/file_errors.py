"""What keeps files from being handed over, in a sentence for the person whose disk it is."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputError

_ROOM = "Free some space, or choose a temporary folder on another disk"
_PERMISSION = "Choose a temporary folder that you may write to"
_CAUSES = {
    errno.ENOSPC: ("the disk is full", _ROOM),
    errno.EDQUOT: ("the disk quota is used up", _ROOM),
    errno.EFBIG: ("the images are too large for a file on this disk", _ROOM),
    errno.EACCES: ("writing is not permitted", _PERMISSION),
    errno.EPERM: ("writing is not permitted", _PERMISSION),
    errno.EROFS: ("the file system is read-only", _PERMISSION),
    errno.ENOENT: ("the temporary folder does not exist", "Start the analysis again, or choose another folder"),
}


@contextmanager
def handing_over(where: Path | str) -> Iterator[None]:
    """Turn every OSError inside into an OutputError about the temporary folder `where`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        unknown = (f"images and findings could not be stored ({reason})", "Check the temporary folder and its disk")
        problem, remedy = _CAUSES.get(error.errno or 0, unknown)
        raise OutputError(problem, where=where, remedy=remedy) from error
