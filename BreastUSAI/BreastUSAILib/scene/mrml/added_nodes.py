"""What one task added to the scene, so that it can be taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import slicer
import vtk

from .nodes import nodesOfClass

if TYPE_CHECKING:
    from .node_types import vtkMRMLNode, vtkMRMLScene


class AddedNodes:
    """The nodes that were added within the `noting` blocks of one task, and no others."""

    def __init__(self, scene: vtkMRMLScene) -> None:
        self._scene = scene
        self._nodes: list[Any] = []

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Within this block, nodes that are added to the scene belong to the task."""

        @vtk.calldata_type(vtk.VTK_OBJECT)
        def note(_scene: vtkMRMLScene, _event: object, node: vtkMRMLNode) -> None:
            self._nodes.append(node)

        tag = self._scene.AddObserver(slicer.vtkMRMLScene.NodeAddedEvent, note)
        try:
            yield
        finally:
            self._scene.RemoveObserver(tag)

    def areThere(self) -> bool:
        """Whether all of them are still in the scene."""
        return all(self._scene.IsNodePresent(node) for node in self._nodes)

    def remove(self) -> None:
        """Take those that are still in the scene out of it."""
        there = [node for node in self._nodes if self._scene.IsNodePresent(node)]
        for browser in nodesOfClass(self._scene, "vtkMRMLSequenceBrowserNode"):
            for node in there:
                if browser.IsSynchronizedSequenceNodeID(node.GetID(), True):
                    browser.RemoveSynchronizedSequenceNode(node.GetID())
        for node in reversed(there):
            if self._scene.IsNodePresent(node):  # it may have gone with another
                self._scene.RemoveNode(node)
        self._nodes = []


@contextmanager
def removedOnFailure(scene: vtkMRMLScene) -> Iterator[None]:
    """Within this block, nodes that were added are removed again if anything raises."""
    added = AddedNodes(scene)
    try:
        with added.noting():
            yield
    except BaseException:
        added.remove()
        raise
