"""How a script's result may enter the scene: an open panel knows what its reader looks at and is allowed to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..scene.results.arrival import Arrival

if TYPE_CHECKING:
    from ..scene.mrml.node_types import vtkMRMLVolumeNode

ArrivalOf = Callable[[Any], Arrival]

_panels: list[ArrivalOf] = []


def panelOpened(arrivalOf: ArrivalOf) -> None:
    """From now on `arrivalOf` is asked, with the image."""
    _panels.append(arrivalOf)


def panelClosed(arrivalOf: ArrivalOf) -> None:
    """It is not asked any more."""
    if arrivalOf in _panels:
        _panels.remove(arrivalOf)


def arrivalOf(volume: vtkMRMLVolumeNode | None) -> Arrival:
    """What the panel opened last says; `SHOWN` where no panel is open."""
    return _panels[-1](volume) if _panels else Arrival.SHOWN
