"""Which result belongs to which volume: references from the report's node, saved with the scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ...engine.explanations.registry import EXPLAIN_METHODS
from .nodes import IMAGE_ROLE, nodesOfClass, refreshInTree
from .sequences import sequenceBehind

if TYPE_CHECKING:
    from .node_types import (
        vtkMRMLNode,
        vtkMRMLScalarVolumeNode,
        vtkMRMLScene,
        vtkMRMLSegmentationNode,
        vtkMRMLTableNode,
        vtkMRMLTextNode,
        vtkMRMLVolumeNode,
    )

VOLUME_ROLE = "BreastUSAI.volume"
RESULT_ROLES = {
    "segmentation": "BreastUSAI.segmentation",
    "heatMap": "BreastUSAI.heatMap",
    "table": "BreastUSAI.table",
}
EXPLANATION_ROLES = {option: f"BreastUSAI.explanation.{option}" for option in EXPLAIN_METHODS}
"""Of the maps beside the heat map, by the method's option."""


class OverlayNodes(Protocol):
    """What is drawn over an image, None where it is not there."""

    @property
    def segmentation(self) -> vtkMRMLSegmentationNode | None:
        """The outlines."""

    @property
    def heatMap(self) -> vtkMRMLScalarVolumeNode | None:
        """The heat map."""


class ResultNodes(OverlayNodes, Protocol):
    """The nodes of a result, None where one is not there."""

    @property
    def table(self) -> vtkMRMLTableNode | None:
        """The findings."""

    @property
    def report(self) -> vtkMRMLTextNode | None:
        """The analysis as text."""


class NewResult(ResultNodes, Protocol):
    """The nodes of a result that was just added, and its image."""

    @property
    def volume(self) -> vtkMRMLVolumeNode:
        """The image."""

    @property
    def report(self) -> vtkMRMLTextNode:
        """The analysis as text."""

    @property
    def explanations(self) -> Mapping[str, vtkMRMLScalarVolumeNode]:
        """The maps beside the heat map, by the method's option."""


@dataclass(frozen=True)
class LinkedResult:
    """The nodes of one result; None for what was deleted since.

    `explanations` are the maps beside the heat map that are there, by the method's option.
    """

    segmentation: vtkMRMLSegmentationNode | None
    heatMap: vtkMRMLScalarVolumeNode | None  # noqa: N815
    table: vtkMRMLTableNode | None
    report: vtkMRMLTextNode
    explanations: Mapping[str, vtkMRMLScalarVolumeNode] = field(default_factory=dict)


class NoResult:
    """The nodes of no result."""

    segmentation = None
    heatMap = None  # noqa: N815


NO_RESULT = NoResult()


def linkResult(nodes: NewResult) -> None:
    """Remember on the report's node which volume it is about and which nodes belong to it."""
    nodes.report.SetNodeReferenceID(VOLUME_ROLE, nodes.volume.GetID())
    for name, role in RESULT_ROLES.items():
        node = getattr(nodes, name)
        nodes.report.SetNodeReferenceID(role, None if node is None else node.GetID())
    linkExplanations(nodes.report, nodes.explanations)


def linkExplanations(report: vtkMRMLTextNode, nodes: Mapping[str, vtkMRMLScalarVolumeNode]) -> None:
    """Remember on the report's node which maps belong to its result, by the method's option; others stay."""
    for option, node in nodes.items():
        report.SetNodeReferenceID(EXPLANATION_ROLES[option], node.GetID())


def explanationNodes(report: vtkMRMLTextNode) -> dict[str, vtkMRMLScalarVolumeNode]:
    """The maps beside the heat map that the result of that report has in the scene, by the method's option."""
    nodes = {option: report.GetNodeReference(role) for option, role in EXPLANATION_ROLES.items()}
    return {option: node for option, node in nodes.items() if node is not None}


def resultOf(volumeNode: vtkMRMLVolumeNode) -> LinkedResult | None:
    """The newest result of a volume that is still in the scene, or None."""
    return next(iter(resultsOf(volumeNode)), None)


def resultsOf(volumeNode: vtkMRMLVolumeNode) -> list[LinkedResult]:
    """Every result of a volume that is still in the scene, newest first."""
    reports = reversed(nodesOfClass(volumeNode.GetScene(), "vtkMRMLTextNode"))
    return [_linkedTo(report) for report in reports if report.GetNodeReferenceID(VOLUME_ROLE) == volumeNode.GetID()]


def resultOutlines(scene: vtkMRMLScene) -> list[tuple[vtkMRMLSegmentationNode, vtkMRMLVolumeNode | None]]:
    """The segmentation of every result in the scene, and the image that it is about, or None where that is gone."""
    found = {}
    for node in nodesOfClass(scene, "vtkMRMLSegmentationNode"):
        if node.GetNodeReferenceID(IMAGE_ROLE) is not None:
            found[node] = node.GetNodeReference(IMAGE_ROLE)
    for report in nodesOfClass(scene, "vtkMRMLTextNode"):  # an earlier version linked outlines from here alone
        outlines = report.GetNodeReference(RESULT_ROLES["segmentation"])
        if outlines is not None:
            found.setdefault(outlines, report.GetNodeReference(VOLUME_ROLE))
    return list(found.items())


def isResult(node: vtkMRMLNode) -> bool:
    """Whether a node of the scene was added by an analysis."""
    return node.GetNodeReferenceID(IMAGE_ROLE) is not None or any(
        report.GetNodeReferenceID(role) == node.GetID()
        for report in nodesOfClass(node.GetScene(), "vtkMRMLTextNode")
        for role in RESULT_ROLES.values()
    )


def setHidden(result: ResultNodes, isHidden: bool) -> None:
    """Hide a result's nodes in lists and in the Data module, or show them there again; of a cine its sequences too."""
    shown = [getattr(result, name) for name in (*RESULT_ROLES, "report")]
    if result.report is not None:  # the heat map shown may be another of the maps
        shown += [result.report.GetNodeReference(RESULT_ROLES["heatMap"]), *explanationNodes(result.report).values()]
    for node in shown:
        behind = None if node is None else sequenceBehind(node)
        for one in (node, None if behind is None else behind.sequence):
            if one is not None and bool(one.GetHideFromEditors()) is not isHidden:
                one.SetHideFromEditors(isHidden)
                refreshInTree(one)


def _linkedTo(report: vtkMRMLTextNode) -> LinkedResult:
    linked = {name: report.GetNodeReference(role) for name, role in RESULT_ROLES.items()}
    return LinkedResult(**linked, report=report, explanations=explanationNodes(report))
