"""Sequences and their browsers: which stands behind a volume node, and new ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .nodes import addNode, nodesOfClass

if TYPE_CHECKING:
    from .node_types import (
        vtkMRMLNode,
        vtkMRMLScene,
        vtkMRMLSequenceBrowserNode,
        vtkMRMLSequenceNode,
    )


@dataclass(frozen=True)
class BrowsedSequence:
    """A browser node and the one of its sequences whose proxy is the volume node in question."""

    browser: vtkMRMLSequenceBrowserNode
    sequence: vtkMRMLSequenceNode

    @property
    def indexValues(self) -> list[str]:
        """Index value of every item, in item order."""
        return [self.sequence.GetNthIndexValue(item) for item in range(self.sequence.GetNumberOfDataNodes())]

    def itemBeside(self, other: vtkMRMLSequenceNode, frame: int) -> Any:
        """The item of another sequence at the index value of `frame`, or None."""
        value = self.sequence.GetNthIndexValue(frame)
        isInStep = other.GetNthIndexValue(frame) == value  # the usual case, without a search
        return other.GetNthDataNode(frame) if isInStep else other.GetDataNodeAtValue(value, True)

    def frameNode(self, proxyNode: vtkMRMLNode, frame: int) -> Any:
        """What another of the browser's proxies shows at `frame`, or None: itself while the browser stands there.

        A proxy without a sequence is about the frame that is shown alone.
        """
        if frame == self.browser.GetSelectedItemNumber():
            return proxyNode
        other = self.browser.GetSequenceNode(proxyNode)
        return None if other is None else self.itemBeside(other, frame)


def sequenceBehind(volumeNode: vtkMRMLNode) -> BrowsedSequence | None:
    """The sequence that a volume (or result) node is the proxy of, or None where it is a node of its own."""
    for browser in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSequenceBrowserNode"):
        sequence = browser.GetSequenceNode(volumeNode) if browser.IsProxyNodeID(volumeNode.GetID()) else None
        if sequence is not None:
            return BrowsedSequence(browser, sequence)
    return None


def addSequence(scene: vtkMRMLScene, name: str, indexName: str, indexUnit: str) -> vtkMRMLSequenceNode:
    """An empty sequence node with that index."""
    sequence = addNode(scene, "vtkMRMLSequenceNode", f"{name} sequence")
    sequence.SetIndexName(indexName)
    sequence.SetIndexUnit(indexUnit)
    return sequence


def synchronize(
    browser: vtkMRMLSequenceBrowserNode, sequence: vtkMRMLSequenceNode, name: str, saveChanges: bool
) -> Any:
    """Let the browser move `sequence` too; returns the node that shows its current item."""
    browser.AddSynchronizedSequenceNode(sequence)
    browser.SetSaveChanges(sequence, saveChanges)
    # A frame that was not analyzed shows an empty result, never that of its neighbor.
    browser.SetMissingItemMode(sequence, browser.MissingItemSetToDefault)
    proxy = browser.GetProxyNode(sequence)
    browser.SetOverwriteProxyName(sequence, False)
    proxy.SetName(browser.GetScene().GenerateUniqueName(name))
    return proxy
