"""The selector of the image: what an analysis added is not offered in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt

from ...scene.mrml.nodes import IMAGE_ROLE, nodesOfClass

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLScene


class ImageSelector:
    """Keeps heat maps out of a qMRMLNodeComboBox, whoever added them."""

    def __init__(self, box: qt.QWidget) -> None:
        self._box = box
        self._scene: vtkMRMLScene | None = None
        self._tags: list[int] = []
        self._timer = qt.QTimer()  # a node is dressed as a heat map only after it was added
        self._timer.timeout.connect(self.refresh)

    def watch(self, scene: vtkMRMLScene | None) -> None:
        """Follow this scene from now on; None follows none."""
        if self._scene is not None:
            for tag in self._tags:
                self._scene.RemoveObserver(tag)
        self._scene, self._tags = scene, []
        if scene is not None:
            events = (scene.NodeAddedEvent, scene.EndImportEvent)
            self._tags = [scene.AddObserver(event, self._onScene) for event in events]
            self.refresh()

    def refresh(self) -> None:
        """Look which nodes are heat maps now."""
        self._timer.stop()
        if self._scene is not None:
            volumes = nodesOfClass(self._scene, "vtkMRMLScalarVolumeNode")
            heatMaps = [node.GetID() for node in volumes if node.GetNodeReferenceID(IMAGE_ROLE)]
            self._box.sortFilterProxyModel().hiddenNodeIDs = heatMaps

    def _onScene(self, *_event: object) -> None:
        self._timer.start(0)
