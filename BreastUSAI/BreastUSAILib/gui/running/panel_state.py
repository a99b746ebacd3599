"""What the panel is doing."""

from __future__ import annotations

from enum import Enum


class PanelState(Enum):
    """`CANCELLED`, `FAILED` and `DONE` say how the last run ended; all but two of the states are at rest."""

    IDLE = "idle"
    INSTALLING = "installing"
    RUNNING = "running"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"

    @property
    def isBusy(self) -> bool:
        """Whether something is going on that nothing else may go on beside."""
        return self in (PanelState.INSTALLING, PanelState.RUNNING)
