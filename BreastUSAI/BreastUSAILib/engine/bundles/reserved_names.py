"""Names that mean a device on Windows, with any ending: a folder of such a name cannot be opened there."""

from __future__ import annotations

import re

_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])\s*(\..*)?", re.IGNORECASE)


def is_reserved(name: str) -> bool:
    """Whether a file or folder must not be called that."""
    return _DEVICES.fullmatch(name) is not None
