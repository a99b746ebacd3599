"""`slicer.ScriptedLoadableModule` outside Slicer: the base classes of a module, as far as a module can tell."""

from __future__ import annotations

import os
import sys
import unittest
from types import ModuleType
from typing import Any

import slicer
from PySide6.QtWidgets import QVBoxLayout


class ScriptedLoadableModule:
    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__


class ScriptedLoadableModuleWidget:
    """Given no parent it makes one and sets itself up, as in Slicer."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = False
        self.reloaded = False
        self.parent = parent or slicer.qMRMLWidget()
        if parent is None:
            self.parent.setLayout(QVBoxLayout())
            self.parent.setMRMLScene(slicer.mrmlScene)
        self.layout = self.parent.layout()
        if parent is None:
            self.setup()
            self.parent.show()

    def resourcePath(self, name: str) -> str:
        folder = os.path.dirname(sys.modules[type(self).__module__].__file__ or "")
        return os.path.join(folder, "Resources", name)

    def setup(self) -> None:
        pass

    def cleanup(self) -> None:
        pass

    def onReload(self) -> None:
        self.reloaded = True


class ScriptedLoadableModuleLogic:
    """One parameter node a scene."""

    def __init__(self, parent: Any = None) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__.removesuffix("Logic")

    def getParameterNode(self) -> Any:
        scene = slicer.mrmlScene
        node = scene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
        if node is None:
            node = slicer.vtkMRMLScriptedModuleNode()
            node.SetSingletonTag(self.moduleName)
            node.SetName(self.moduleName)
            scene.AddNode(node)
        node.SetAttribute("ModuleName", self.moduleName)
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    def delayDisplay(self, message: str, *_delays: Any) -> None:
        print(message)


def scripted_module() -> ModuleType:
    """The module `slicer.ScriptedLoadableModule`."""
    module = ModuleType("slicer.ScriptedLoadableModule", __doc__)
    for base in (
        ScriptedLoadableModule,
        ScriptedLoadableModuleWidget,
        ScriptedLoadableModuleLogic,
        ScriptedLoadableModuleTest,
    ):
        setattr(module, base.__name__, base)
    return module
