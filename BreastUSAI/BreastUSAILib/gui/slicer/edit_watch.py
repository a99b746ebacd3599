"""Whether a reader has edited outlines since they were scored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...client.jobs.listener import ignored
from ...client.stepped_work import SteppedWork
from ...scene.outlines.outline_marks import areEditedInSteps

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLSegmentationNode, vtkMRMLVolumeNode


class EditWatch:
    """Compares the outlines of one result with those that were scored, between the events of the application.

    `isEdited` is what the last look found.

    Args:
        onFound: called when outlines turn out to be edited, or no longer.
    """

    def __init__(self, onFound: Callable[[], None]) -> None:
        self.isEdited = False
        self._onFound = onFound
        self._look: Any = None

    def look(self, segmentation: vtkMRMLSegmentationNode | None, volume: vtkMRMLVolumeNode | None) -> None:
        """Look again, at these nodes; `isEdited` stays as it is until that is done."""
        self._stop()
        if segmentation is None or volume is None:
            self.isEdited = False
            return
        steps = areEditedInSteps(segmentation, volume)
        self._look = look = SteppedWork(steps, lambda isEdited: self._onLooked(look, isEdited), ignored)

    def forget(self) -> None:
        """Forget the last look: nothing counts as edited."""
        self._stop()
        self.isEdited = False

    def _stop(self) -> None:
        if self._look is not None:
            self._look.cancel()
        self._look = None

    def _onLooked(self, look: object, isEdited: bool) -> None:
        if look is not self._look:
            return
        self._look = None
        if isEdited != self.isEdited:
            self.isEdited = isEdited
            self._onFound()
