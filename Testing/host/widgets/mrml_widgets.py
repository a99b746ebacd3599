"""The qMRML widgets that the panel's `.ui` file names, on the real scene.

Base methods are called through their class, as in `ctk_widgets`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
import vtk
from PySide6.QtCore import Property, Signal
from PySide6.QtWidgets import QComboBox, QWidget


class qMRMLWidget(QWidget):  # noqa: N801 - Slicer's name
    """A widget that knows the scene."""

    mrmlSceneChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)


class NodeFilter:
    """What the selector's list leaves out besides."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._hidden: list[str] = []
        self._on_change = on_change

    @property
    def hiddenNodeIDs(self) -> list[str]:
        return list(self._hidden)

    @hiddenNodeIDs.setter
    def hiddenNodeIDs(self, ids: list[str]) -> None:
        if list(ids) != self._hidden:
            self._hidden = list(ids)
            self._on_change()


class qMRMLNodeComboBox(QComboBox):  # noqa: N801 - Slicer's name
    """Chooses among the scene's nodes of some classes; follows nodes that come, go and are renamed.

    Without `showChildNodeTypes` a node must be of one of the classes exactly. With `noneEnabled` no node can be
    chosen; without it the first node is chosen as soon as there is one. It is as wide as its longest name, unless
    `sizeAdjustPolicy` says otherwise, as in the application.
    """

    currentNodeChanged = Signal(object)
    currentNodeIDChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._scene_tags: list[int] = []
        self._node_tags: dict[str, tuple[Any, int]] = {}
        self._node_types: list[str] = []
        self._flags = dict.fromkeys(("showChildNodeTypes", "addEnabled", "removeEnabled", "renameEnabled"), True)
        self._flags.update(noneEnabled=False, editEnabled=False, selectNodeUponCreation=True)
        self._current: Any = None
        self._is_filling = False
        self._filter = NodeFilter(self._fill)
        self.currentIndexChanged.connect(self._on_index)

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        for tag in self._scene_tags:
            self._scene.RemoveObserver(tag)
        self._scene, self._scene_tags = scene, []
        if scene is not None:
            events = (scene.NodeAddedEvent, scene.NodeRemovedEvent, scene.EndCloseEvent, scene.EndBatchProcessEvent)
            self._scene_tags = [scene.AddObserver(event, self._on_scene) for event in events]
        self._fill()

    def currentNode(self) -> Any:
        return self._current

    def setCurrentNode(self, node: Any) -> None:
        if isinstance(node, str):
            node = self._scene.GetNodeByID(node)
        ids = self._ids()
        index = ids.index(node.GetID()) if node is not None and node.GetID() in ids else -1
        if index < 0 and self._flags["noneEnabled"]:
            index = ids.index(None)
        if self.currentIndex() != index:
            self.setCurrentIndex(index)
        else:
            self._on_index(index)

    def setCurrentNodeID(self, node_id: str) -> None:
        self.setCurrentNode(None if not node_id else self._scene.GetNodeByID(node_id))

    def nodeCount(self) -> int:
        return len([one for one in self._ids() if one is not None])

    def sortFilterProxyModel(self) -> NodeFilter:
        return self._filter

    def _ids(self) -> list[str | None]:
        return [self.itemData(index) for index in range(self.count())]

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _on_scene(self, scene: Any, event: str, node: Any = None) -> None:
        if not shiboken6.isValid(self):
            return
        going = node if event == "NodeRemovedEvent" else None
        if not scene.IsBatchProcessing() or event.startswith("End"):
            self._fill(going)

    def _fill(self, going: Any = None) -> None:
        nodes = [node for node in self._nodes() if node is not going]
        before, self._is_filling = self._current, True
        self.clear()
        if self._flags["noneEnabled"]:
            self.addItem("None", None)
        for node in nodes:
            self.addItem(node.GetName(), node.GetID())
        self._is_filling = False
        self._watch_names(nodes)
        stays = before if before in nodes else None
        first = nodes[0] if nodes and not self._flags["noneEnabled"] else None
        self.setCurrentNode(stays or first)

    def _nodes(self) -> list[Any]:
        if self._scene is None:
            return []
        nodes = (self._scene.GetNthNode(index) for index in range(self._scene.GetNumberOfNodes()))
        return [node for node in nodes if self._is_offered(node)]

    def _is_offered(self, node: Any) -> bool:
        is_of = node.IsA if self._flags["showChildNodeTypes"] else lambda name: node.GetClassName() == name
        is_hidden = node.GetHideFromEditors() or node.GetID() in self._filter.hiddenNodeIDs
        return not is_hidden and any(is_of(name) for name in self._node_types)

    def _watch_names(self, nodes: list[Any]) -> None:
        for node, tag in self._node_tags.values():
            node.RemoveObserver(tag)
        self._node_tags = {
            node.GetID(): (node, node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._on_node)) for node in nodes
        }

    def _on_node(self, node: Any, _event: str) -> None:
        if not shiboken6.isValid(self):
            return
        index = self.findData(node.GetID())
        if index >= 0 and self.itemText(index) != node.GetName():
            self.setItemText(index, node.GetName())

    def _on_index(self, index: int) -> None:
        if self._is_filling:
            return
        node_id = self.itemData(index) if index >= 0 else None
        node = None if node_id is None else self._scene.GetNodeByID(node_id)
        if node is not self._current:
            self._current = node
            self.currentNodeChanged.emit(node)
            self.currentNodeIDChanged.emit(node_id or "")

    def _flag(name: str) -> Property:  # noqa: N805 - used in the class body only
        def write(self: Any, value: bool) -> None:
            self._flags[name] = value
            self._fill()

        return Property(bool, lambda self: self._flags[name], write)

    def _set_node_types(self, types: list[str]) -> None:
        self._node_types = list(types)
        self._fill()

    nodeTypes = Property("QStringList", lambda self: self._node_types, _set_node_types)
    showChildNodeTypes = _flag("showChildNodeTypes")
    addEnabled = _flag("addEnabled")
    removeEnabled = _flag("removeEnabled")
    renameEnabled = _flag("renameEnabled")
    editEnabled = _flag("editEnabled")
    noneEnabled = _flag("noneEnabled")
    selectNodeUponCreation = _flag("selectNodeUponCreation")
    currentNodeID = Property(str, lambda self: "" if self._current is None else self._current.GetID(), setCurrentNodeID)


WIDGETS: dict[str, type] = {widget.__name__: widget for widget in (qMRMLWidget, qMRMLNodeComboBox)}
