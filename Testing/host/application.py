"""The names that the Slicer application gives a module: its base classes, translations, qt and a node selector.

Stand-ins only: they hold what was set and call what was connected, and know nothing of the extension.
"""

from __future__ import annotations

import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class ScriptedLoadableModule:
    def __init__(self, parent: Any) -> None:
        self.parent = parent


class ScriptedLoadableModuleLogic:
    def __init__(self, parent: Any = None) -> None:
        self.parent = parent


class ScriptedLoadableModuleWidget:
    def __init__(self, parent: Any = None) -> None:
        self.parent = parent
        self.layout = Layout()
        self.reloaded = False

    def setup(self) -> None:
        self.developerMode = False

    def onReload(self) -> None:
        self.reloaded = True


class ScriptedLoadableModuleTest(unittest.TestCase):
    def delayDisplay(self, message: str) -> None:
        print(message)


class Widget:
    """A widget whose properties read as attributes, as PythonQt shows them."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.enabled = True
        self._slots: dict[str, list[Callable[..., None]]] = {}

    def connect(self, signal: str, slot: Callable[..., None]) -> None:
        self._slots.setdefault(signal, []).append(slot)

    def emit(self, signal: str, *arguments: Any) -> None:
        for slot in self._slots[signal]:
            slot(*arguments)


class PushButton(Widget):
    def click(self) -> None:
        assert self.enabled, "a disabled button was clicked"
        self.emit("clicked(bool)", False)


class Layout:
    def __init__(self) -> None:
        self.items: list[Any] = []

    def addRow(self, *items: Any) -> None:
        self.items.append(items)

    def addLayout(self, layout: Layout) -> None:
        self.items.append(layout)

    def addStretch(self, _factor: int) -> None:
        self.items.append(None)


class NodeSelector(Widget):
    """Chooses among nodes of exactly the given classes, as qMRMLNodeComboBox does without child types."""

    def __init__(self) -> None:
        super().__init__()
        self.nodeTypes: list[str] = []
        self._scene: Any = None
        self._node: Any = None

    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene

    def currentNode(self) -> Any:
        return self._node

    def setCurrentNode(self, node: Any) -> None:
        assert node is None or node.GetClassName() in self.nodeTypes
        self._node = node
        self.emit("currentNodeChanged(vtkMRMLNode*)", node)


class ErrorDisplay:
    """`slicer.util.tryWithErrorDisplay`: shows the error and goes on, here by keeping its words."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    @contextmanager
    def __call__(self, message: str, waitCursor: bool = False) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.shown.append(f"{message} {error}")


def module_stand_ins() -> dict[str, ModuleType]:
    """What to put into `sys.modules` so that a scripted module can be imported."""
    base = ModuleType("slicer.ScriptedLoadableModule")
    for cls in (
        ScriptedLoadableModule,
        ScriptedLoadableModuleLogic,
        ScriptedLoadableModuleWidget,
        ScriptedLoadableModuleTest,
    ):
        setattr(base, cls.__name__, cls)
    i18n = ModuleType("slicer.i18n")
    i18n.__dict__.update(tr=lambda text: text, translate=lambda context, text: text)
    qt = ModuleType("qt")
    qt.__dict__.update(QPushButton=PushButton, QLabel=Widget, QFormLayout=Layout)
    return {module.__name__: module for module in (base, i18n, qt, ModuleType("ctk"))}
