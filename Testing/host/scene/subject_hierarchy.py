"""What the Subject Hierarchy module of the application does for its node, and slicer-core alone does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import slicer
import vtk


@contextmanager
def forgetting_removed_nodes(scene: Any) -> Iterator[None]:
    """Within this block, a node that leaves the scene leaves the hierarchy too."""
    tag = scene.AddObserver(scene.NodeAboutToBeRemovedEvent, _forget)
    try:
        yield
    finally:
        scene.RemoveObserver(tag)


@vtk.calldata_type(vtk.VTK_OBJECT)
def _forget(scene: Any, _event: Any, node: Any) -> None:
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = 0 if hierarchy is None or node is hierarchy else hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.RemoveItem(item, False, False)


class DataModule:
    """The tree of the Data module: a row for each node, which is filtered when it comes and when a cell of it changes.

    So a node that is hidden from editors after it was added stays listed, until its name or its eye changes.
    """

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
        self._cells: dict[Any, tuple[Any, ...]] = {}
        self.listed: set[Any] = set()
        self.ever: set[Any] = set()
        for event in (
            self._hierarchy.SubjectHierarchyItemAddedEvent,
            self._hierarchy.SubjectHierarchyItemModifiedEvent,
        ):
            self._hierarchy.AddObserver(event, self._look)
        scene.AddObserver(scene.NodeAddedEvent, self._add)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _add(self, _scene: Any, _event: Any, node: Any) -> None:
        if node.IsA("vtkMRMLStorableNode") and not self._hierarchy.GetItemByDataNode(node):
            self._hierarchy.CreateItem(self._hierarchy.GetSceneItemID(), node)

    def _look(self, *_event: Any) -> None:
        items = vtk.vtkIdList()
        self._hierarchy.GetItemChildren(self._hierarchy.GetSceneItemID(), items, True)
        nodes = [self._hierarchy.GetItemDataNode(items.GetId(index)) for index in range(items.GetNumberOfIds())]
        for node in filter(None, nodes):
            display = node.GetDisplayNode() if node.IsA("vtkMRMLDisplayableNode") else None
            cells = node.GetName(), None if display is None else display.GetVisibility()
            if cells != self._cells.get(node):
                self._cells[node] = cells
                (self.listed.discard if node.GetHideFromEditors() else self.listed.add)(node)
        self.ever |= self.listed
