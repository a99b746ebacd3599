"""Tells when the image that is being analyzed leaves the scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError, Cancelled
from ...scene.mrml.sequences import sequenceBehind

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLNode, vtkMRMLVolumeNode


class InputGone(Cancelled):
    """The analysis was stopped because there is nothing left to show its result on."""

    def __init__(self, problem: str, name: str) -> None:
        BreastUSAIError.__init__(self, problem, where=name, remedy=_("Load the image again, then analyze it"))


class InputWatch:
    """Calls `onGone` once, with the reason, when the scene is closed or a node of the image is removed from it.

    Args:
        volumeNode: the image; of a cine, sequence and browser are watched too.
        onGone: what to call.
    """

    def __init__(self, volumeNode: vtkMRMLVolumeNode, onGone: Callable[[InputGone], None]) -> None:
        self._scene = volumeNode.GetScene()
        self._name = volumeNode.GetName()
        self._onGone = onGone
        browsed = sequenceBehind(volumeNode)
        self._nodes: list[vtkMRMLNode] = [volumeNode, *([browsed.sequence, browsed.browser] if browsed else [])]
        self._tags = [
            self._scene.AddObserver(self._scene.StartCloseEvent, self._onClose),
            self._scene.AddObserver(self._scene.NodeRemovedEvent, self._onRemoved),
        ]

    def stop(self) -> None:
        """Watch no longer."""
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._tags = []

    def _onClose(self, *_event: object) -> None:
        self._tell(_("the scene was closed during the analysis"))

    def _onRemoved(self, *_event: object) -> None:
        if not all(self._scene.IsNodePresent(node) for node in self._nodes):
            self._tell(_("the image was removed from the scene during the analysis"))

    def _tell(self, problem: str) -> None:
        if self._tags:
            self.stop()
            self._onGone(InputGone(problem, self._name))
