"""Slots that keep nobody alive."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any


def weakSlot(method: Callable[..., Any]) -> Callable[..., None]:
    """A bound method as a slot that does nothing once its object is gone.

    PythonQt holds what is connected as long as the sender lives, and the sender may be the application.
    """
    reference = weakref.WeakMethod(method)

    def slot(*told: Any) -> None:
        alive = reference()
        if alive is not None:
            alive(*told)

    return slot
