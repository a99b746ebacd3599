"""Keys of the module, alive only while it is entered.

None of them is one of Slicer's own. Taken there: Ctrl with a digit, backtick, B, C, F, G, H, O, S, V, W, X, Y, Z, Left
and Right; Alt with Left and Right; Ctrl+Shift with A, T and Space (Markups), and with Left, Right and Down (Sequences);
single letters, digits, brackets and arrows in slice views and in Segment Editor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import qt
from slicer.i18n import tr as _

KEYS: dict[str, str] = {
    "analyze": "Ctrl+Shift+R",
    "toggleOverlays": "Ctrl+Shift+O",
    "nextKeyFrame": "Ctrl+Shift+N",
    "previousKeyFrame": "Ctrl+Shift+P",
}
"""Action -> keys."""


class Shortcuts:
    """The module's keys on a window.

    Args:
        window: the application's main window; None where there is none, and then there are no keys either.
        actions: what each key does, by the names in `KEYS`.
    """

    def __init__(self, window: qt.QWidget | None, actions: Mapping[str, Callable[[], None]]) -> None:
        self._shortcuts: list[Any] = []
        for name, action in actions.items() if window is not None else ():
            shortcut = qt.QShortcut(qt.QKeySequence(KEYS[name]), window)
            shortcut.enabled = False
            shortcut.activated.connect(action)
            self._shortcuts.append(shortcut)

    def enter(self) -> None:
        """The module is shown: its keys work."""
        for shortcut in self._shortcuts:
            shortcut.enabled = True

    def exit(self) -> None:
        """Another module is shown: the keys are free again."""
        for shortcut in self._shortcuts:
            shortcut.enabled = False

    def cleanup(self) -> None:
        """Take the keys from the window for good."""
        for shortcut in self._shortcuts:
            shortcut.enabled = False
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []


def withShortcut(tooltip: str, name: str) -> str:
    """`tooltip` with the keys of that action, as this system writes them."""
    keys = qt.QKeySequence(KEYS[name]).toString(qt.QKeySequence.NativeText)
    return _("{tooltip} ({keys})").format(tooltip=tooltip, keys=keys)
