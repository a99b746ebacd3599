"""Which frame the slice view shows, told whenever it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import vtk

from ...scene.mrml.nodes import nodesOfClass
from ...scene.mrml.sequences import sequenceBehind
from ...scene.source.frames_from_node import currentFrame

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLVolumeNode


class FrameWatch:
    """Calls `onFrame` with the frame of a volume that is shown, at once and after every change.

    A cine is followed by its sequence browser, a volume by the slice views.
    """

    def __init__(self, onFrame: Callable[[int | None], None]) -> None:
        self._onFrame = onFrame
        self._volume: vtkMRMLVolumeNode | None = None
        self._observed: list[tuple[Any, int]] = []

    def watch(self, volume: vtkMRMLVolumeNode | None) -> None:
        """Follow this volume node from now on; None follows none."""
        self.stop()
        self._volume = volume
        if volume is not None:
            behind = sequenceBehind(volume)
            nodes = [behind.browser] if behind else nodesOfClass(volume.GetScene(), "vtkMRMLSliceNode")
            self._observed = [(node, node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._tell)) for node in nodes]
        self._tell()

    def stop(self) -> None:
        """Follow nothing any more."""
        for node, tag in self._observed:
            node.RemoveObserver(tag)
        self._observed, self._volume = [], None

    def _tell(self, *_event: object) -> None:
        volume = self._volume
        self._onFrame(None if volume is None or volume.GetScene() is None else currentFrame(volume))
