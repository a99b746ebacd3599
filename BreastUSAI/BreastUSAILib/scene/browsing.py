"""Which sequence stands behind a volume node that the sequence browser shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .nodes import nodesOfClass


@dataclass(frozen=True)
class BrowsedSequence:
    """A browser node and the one of its sequences whose proxy is the volume node in question."""

    browser: Any
    sequence: Any

    @property
    def indexValues(self) -> list[str]:
        """Index value of every item, in item order."""
        return [self.sequence.GetNthIndexValue(item) for item in range(self.sequence.GetNumberOfDataNodes())]


def sequenceBehind(volumeNode: Any) -> BrowsedSequence | None:
    """The sequence that a volume (or result) node is the proxy of, or None where it is a node of its own."""
    for browser in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSequenceBrowserNode"):
        sequence = browser.GetSequenceNode(volumeNode) if browser.IsProxyNodeID(volumeNode.GetID()) else None
        if sequence is not None:
            return BrowsedSequence(browser, sequence)
    return None
