"""Results that must not be seen while they are being added."""

from __future__ import annotations

from typing import Any

import vtk


class HiddenArrival:
    """Between `begin` and `end`, outlines that are added to a scene are invisible from the start."""

    def __init__(self) -> None:
        self._scene: Any = None
        self._tag: int | None = None

    def begin(self, scene: Any) -> None:
        """Hide what is added from now on."""
        self.end()
        self._scene = scene
        self._tag = scene.AddObserver(scene.NodeAddedEvent, _hide)

    def end(self) -> None:
        """Leave alone what is added from now on; what was hidden stays so."""
        if self._scene is not None:
            self._scene.RemoveObserver(self._tag)
            self._scene = self._tag = None


@vtk.calldata_type(vtk.VTK_OBJECT)
def _hide(_scene: Any, _event: Any, node: Any) -> None:
    if node.IsA("vtkMRMLSegmentationDisplayNode"):
        node.SetVisibility(False)
