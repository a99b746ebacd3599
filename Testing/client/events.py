"""Waiting for the event loop: for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import qt
import slicer

LONGEST_S = 300.0  # a guard against waiting for ever, not a promise: the machine may be busy with other work


def until(condition: Callable[[], bool], what: str = "it") -> None:
    """Handle events until the condition holds; a test that would wait for ever fails."""
    end = time.monotonic() + LONGEST_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen"
        slicer.app.processEvents(qt.QEventLoop.AllEvents, 50)
