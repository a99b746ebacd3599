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
