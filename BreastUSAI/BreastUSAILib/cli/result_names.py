"""Names of result folders: safe on every file system, and never twice."""

from __future__ import annotations

import re

from ..engine.bundles.archive import is_reserved

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069<>:"/\\|?*\ud800-\udfff]')
_LONGEST_BYTES = 120


class ResultNames:
    """Gives every input a folder name of its own, in the order in which they are asked for."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def next(self, stem: str) -> str:
        """`stem` made safe; ``-2``, ``-3`` … is added where an earlier input has it, letter case aside."""
        safe = safe_name(stem)
        name, number = safe, 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{safe}-{number}"
        self._taken.add(name.casefold())
        return name


def safe_name(stem: str) -> str:
    """A folder name from any text: no separators, control or reserved names, at most 120 bytes of UTF-8."""
    name = _UNSAFE.sub("_", stem).encode("utf-8")[:_LONGEST_BYTES].decode("utf-8", errors="ignore")
    name = name.strip(" .")
    return f"_{name}" if not name or is_reserved(name) else name
