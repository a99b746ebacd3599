"""How a script's result may enter the scene: an open panel knows what its reader looks at, and may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..scene.results.arrival import Arrival

ArrivalOf = Callable[[Any], Arrival]

_panels: list[ArrivalOf] = []


def panelOpened(arrivalOf: ArrivalOf) -> None:
    """From now on `arrivalOf` is asked, with the image."""
    _panels.append(arrivalOf)


def panelClosed(arrivalOf: ArrivalOf) -> None:
    """It is asked no more."""
    if arrivalOf in _panels:
        _panels.remove(arrivalOf)


def arrivalOf(volume: Any) -> Arrival:
    """What the panel says that was opened last; shown where there is none."""
    return _panels[-1](volume) if _panels else Arrival.SHOWN
