"""Tells when one node changes, or its text does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import vtk

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLNode, vtkMRMLTextNode


class NodeWatch:
    """Calls `onChange` after each of the events of the node that is watched, one node at a time."""

    def __init__(self, events: Sequence[int], onChange: Callable[[], None]) -> None:
        self._events, self._onChange = events, onChange
        self._node: vtkMRMLNode | None = None
        self._tags: list[int] = []

    def watch(self, node: vtkMRMLNode | None) -> None:
        """Watch this node from now on; None watches none."""
        if node is self._node:
            return
        self.stop()
        self._node = node
        if node is not None:
            self._tags = [node.AddObserver(event, self._tell) for event in self._events]

    def stop(self) -> None:
        """Watch nothing any more."""
        if self._node is not None:
            for tag in self._tags:
                self._node.RemoveObserver(tag)
        self._node, self._tags = None, []

    def _tell(self, *_event: object) -> None:
        self._onChange()


class TextWatch:
    """Calls `onChange` when the text of the text node that is watched becomes another one."""

    def __init__(self, onChange: Callable[[], None]) -> None:
        self._onChange = onChange
        self._node: vtkMRMLTextNode | None = None
        self._text: str | None = None
        self._watch = NodeWatch((vtk.vtkCommand.ModifiedEvent,), self._onModified)

    def watch(self, node: vtkMRMLTextNode | None) -> None:
        """Watch this node from now on; None watches none."""
        if node is not self._node:
            self._node, self._text = node, None if node is None else node.GetText()
            self._watch.watch(node)

    def stop(self) -> None:
        """Watch nothing any more."""
        self.watch(None)

    def _onModified(self) -> None:
        text = None if self._node is None else self._node.GetText()
        if text != self._text:
            self._text = text
            self._onChange()
