"""`None`, `True` and `False` that PySide6 cannot use up.

In PySide6 6.12.0 every call of a Qt function without a result takes one reference to None too many away, and every
`disconnect` one to its True or False, as can be seen with `sys.getrefcount`. From Python 3.12 on these are not counted;
before, the interpreter dies ("deallocating None", "deallocating True or False") after some thousand such calls.
"""

from __future__ import annotations

import ctypes
import sys

_MORE = 1 << 40


def keep_constants() -> None:
    """Give them more references than any run of tests can take away."""
    if sys.version_info < (3, 12):
        for constant in (None, True, False):
            ctypes.c_ssize_t.from_address(id(constant)).value += _MORE
