"""Qt properties as attributes, as PythonQt shows them, for chosen modules and no others.

PySide6 calls this the feature `true_property` and looks it up by the name of the module whose code is running. A
module without an entry sees whatever the last one saw, so every other module gets an entry too.
"""

from __future__ import annotations

import sys
from typing import Any

from PySide6 import QtCore  # noqa: F401 - the feature is a part of QtCore's start
from shibokensupport import feature
from shibokensupport.signature import mapping

AS_METHODS, AS_ATTRIBUTES = 0x00, 0x02
OF_PYSIDE = ("PySide6", "shiboken6", "shibokensupport", "enum")
"""Modules whose entries are PySide6's own business."""


class _Selector:
    """First in `sys.meta_path`: finds nothing, and gives every module that is looked for its entry."""

    def __init__(self) -> None:
        self.prefixes: list[str] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        del path, target
        self.enter(name)

    def enter(self, name: str) -> None:
        if name.split(".")[0] not in OF_PYSIDE:
            chosen = any(name == prefix or name.startswith(f"{prefix}.") for prefix in self.prefixes)
            feature.pyside_feature_dict[name] = AS_ATTRIBUTES if chosen else AS_METHODS


_selector = _Selector()


def _start_feature() -> None:
    """What the first selection does, without reading every loaded module's source: torch has modules that refuse.

    To be asked for a file name they refuse too, which PySide6 does with every module when it works out a class.
    """
    feature._mod_uses_pyside = lambda _module: False  # every module gets its entry from here anyway
    is_known = mapping.Reloader.module_valid

    def is_known_or_refuses(module: Any) -> bool:
        try:
            return bool(is_known(module))
        except RuntimeError:
            return False

    mapping.Reloader.module_valid = staticmethod(is_known_or_refuses)
    feature.set_selection(AS_ATTRIBUTES, f"{__name__}.nobody")


def properties_as_attributes(*prefixes: str) -> None:
    """In these modules and those within them, loaded or not, `label.text` is text and can be assigned."""
    if _selector not in sys.meta_path:
        _start_feature()
        sys.meta_path.insert(0, _selector)
    _selector.prefixes.extend(prefixes)
    for name in list(sys.modules):
        _selector.enter(name)
