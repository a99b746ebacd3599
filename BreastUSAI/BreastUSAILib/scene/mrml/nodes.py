"""What every kind of result node needs: a name, and a place beside its image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer

if TYPE_CHECKING:
    from .node_types import (
        vtkMRMLNode,
        vtkMRMLScene,
        vtkMRMLSubjectHierarchyNode,
        vtkMRMLTransformableNode,
        vtkMRMLVolumeNode,
    )

IMAGE_ROLE = "BreastUSAI.image"
"""Node reference of a heat map and of outlines: the image that they are about."""


def addNode(scene: vtkMRMLScene, className: str, name: str) -> Any:
    """A new node of that class, under a name that the scene does not hold yet."""
    return scene.AddNewNodeByClass(className, scene.GenerateUniqueName(name))


def nodesOfClass(scene: vtkMRMLScene, className: str) -> list[Any]:
    """Every node of that class or one derived from it, in scene order."""
    return [scene.GetNthNodeByClass(index, className) for index in range(scene.GetNumberOfNodesByClass(className))]


def shareTransform(node: vtkMRMLTransformableNode, volumeNode: vtkMRMLVolumeNode) -> None:
    """Put `node` under the parent transform of `volumeNode`, or under none where that has none."""
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())


def placeBeside(node: vtkMRMLNode, volumeNode: vtkMRMLVolumeNode) -> None:
    """Put `node` into the Subject Hierarchy folder (or study) that holds `volumeNode`."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(volumeNode.GetScene())
    volumeItem = _itemOf(hierarchy, volumeNode)
    hierarchy.SetItemParent(_itemOf(hierarchy, node), hierarchy.GetItemParent(volumeItem))


def listAgain(node: vtkMRMLNode) -> None:
    """Show `node` in lists and in the Data module, where it was hidden."""
    if node.GetHideFromEditors():
        node.SetHideFromEditors(False)
        refreshInTree(node)


def refreshInTree(node: vtkMRMLNode) -> None:
    """Let the Data module look at `node` again after it was hidden or unhidden in lists.

    It filters a row anew only where one of its cells changes: so the name is changed, and changed back.
    """
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    item = 0 if hierarchy is None else hierarchy.GetItemByDataNode(node)
    if item:
        name = node.GetName()
        for words in (f"{name} ", name):
            node.SetName(words)
            hierarchy.ItemModified(item)


def _itemOf(hierarchy: vtkMRMLSubjectHierarchyNode, node: vtkMRMLNode) -> int:
    return hierarchy.GetItemByDataNode(node) or hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)
