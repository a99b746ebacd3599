"""`None` that PySide6 cannot use up.

Every call of a Qt function without a result takes one reference to None too many away in PySide6 6.12.0, as can be seen
with `sys.getrefcount(None)`. From Python 3.12 on None is not counted; before, the interpreter dies ("deallocating
None") after some ten thousand such calls.
"""

from __future__ import annotations

import ctypes
import sys


def keep_none() -> None:
    """Give None more references than any run of tests can take away."""
    if sys.version_info < (3, 12):
        ctypes.c_ssize_t.from_address(id(None)).value += 1 << 40
