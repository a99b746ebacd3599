"""Which result belongs to which volume: references from the report's node, saved with the scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .nodes import nodesOfClass, refreshInTree

VOLUME_ROLE = "BreastUSAI.volume"
RESULT_ROLES = {
    "segmentation": "BreastUSAI.segmentation",
    "heatMap": "BreastUSAI.heatMap",
    "table": "BreastUSAI.table",
}


@dataclass(frozen=True)
class LinkedResult:
    """The nodes of one result; None for what was deleted since."""

    segmentation: Any
    heatMap: Any  # noqa: N815
    table: Any
    report: Any


def linkResult(nodes: Any) -> None:
    """Remember on the report's node which volume it is about and which nodes belong to it.

    Args:
        nodes: `SceneNodes`, with a report.
    """
    nodes.report.SetNodeReferenceID(VOLUME_ROLE, nodes.volume.GetID())
    for name, role in RESULT_ROLES.items():
        node = getattr(nodes, name)
        nodes.report.SetNodeReferenceID(role, None if node is None else node.GetID())


def resultOf(volumeNode: Any) -> LinkedResult | None:
    """The newest result of a volume that is still in the scene, or None."""
    for report in reversed(nodesOfClass(volumeNode.GetScene(), "vtkMRMLTextNode")):
        if report.GetNodeReferenceID(VOLUME_ROLE) == volumeNode.GetID():
            linked = {name: report.GetNodeReference(role) for name, role in RESULT_ROLES.items()}
            return LinkedResult(**linked, report=report)
    return None


def isResult(node: Any) -> bool:
    """Whether a node of the scene was added by an analysis."""
    return any(
        report.GetNodeReferenceID(role) == node.GetID()
        for report in nodesOfClass(node.GetScene(), "vtkMRMLTextNode")
        for role in RESULT_ROLES.values()
    )


def setHidden(result: Any, isHidden: bool) -> None:
    """Hide a result's nodes in lists and in the Data module, or show them there again."""
    for name in (*RESULT_ROLES, "report"):
        node = getattr(result, name)
        if node is not None:
            node.SetHideFromEditors(isHidden)
            refreshInTree(node)
