"""Where the MRML scene comes from: the running application, or slicer-core outside it."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import slicer
import vtk

if TYPE_CHECKING:
    from .node_types import vtkMRMLAbstractLogic, vtkMRMLApplicationLogic, vtkMRMLScene, vtkMRMLSliceLogic


@dataclass(frozen=True)
class SceneHost:
    """A scene with the logics that keep it alive; dropping the host ends their work on the scene.

    Args:
        scene: vtkMRMLScene with the default color tables, the Red, Green and Yellow slice views and the node classes
            registered.
        applicationLogic: vtkSlicerApplicationLogic that observes the scene.
        sliceLogic: vtkMRMLSliceLogic of the Red slice view.
        modules: what `slicer.modules` is inside the application: ``modules.<name>.logic()``.
    """

    scene: vtkMRMLScene
    applicationLogic: vtkMRMLApplicationLogic  # noqa: N815
    sliceLogic: vtkMRMLSliceLogic  # noqa: N815
    modules: SimpleNamespace


class _ModuleOutsideApplication:
    def __init__(self, logic: vtkMRMLAbstractLogic) -> None:
        self._logic = logic

    def logic(self) -> vtkMRMLAbstractLogic:
        return self._logic


def currentScene() -> vtkMRMLScene:
    """The application's scene; outside the application one is opened and given the application's names."""
    if getattr(slicer, "mrmlScene", None) is None:
        publish(openHost())
    return slicer.mrmlScene


def publish(host: SceneHost) -> None:
    """Give `host` the names the application uses, so that `slicer.util` finds its scene and logics."""
    slicer.mrmlScene = host.scene
    slicer.modules = host.modules
    slicer.breastUSAIHost = host  # the scene's observers live as long as this reference


def openHost() -> SceneHost:
    """A fresh scene outside the application, with what the application would give it."""
    scene = slicer.vtkMRMLScene()
    applicationLogic = slicer.vtkSlicerApplicationLogic()
    applicationLogic.SetMRMLScene(scene)
    colorLogic = applicationLogic.GetColorLogic()
    colorLogic.SetMRMLScene(scene)
    colorLogic.AddDefaultColorNodes()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    scene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())
    modules = SimpleNamespace(
        sequences=_module(slicer.vtkSlicerSequencesLogic(), "Sequences", scene, applicationLogic),
        volumes=_module(slicer.vtkSlicerVolumesLogic(), "Volumes", scene, applicationLogic),
        segmentations=_module(slicer.vtkSlicerSegmentationsModuleLogic(), "Segmentations", scene, applicationLogic),
    )
    _forgetRepeatedConverters()
    return SceneHost(scene, applicationLogic, _sliceViews(scene, applicationLogic)[0], modules)


def _forgetRepeatedConverters() -> None:
    """Every segmentations logic registers its converters again, and each copy of a segmentation walks through all."""
    factory = slicer.vtkSegmentationConverterFactory.GetInstance()
    known = set()
    for rule in factory.GetConverterRules():
        if rule.GetName() in known:
            factory.UnregisterConverterRule(rule)
        known.add(rule.GetName())


def _module(
    logic: vtkMRMLAbstractLogic, name: str, scene: vtkMRMLScene, applicationLogic: vtkMRMLApplicationLogic
) -> _ModuleOutsideApplication:
    logic.SetMRMLApplicationLogic(applicationLogic)
    logic.SetMRMLScene(scene)
    applicationLogic.SetModuleLogic(name, logic)
    return _ModuleOutsideApplication(logic)


def _sliceViews(scene: vtkMRMLScene, applicationLogic: vtkMRMLApplicationLogic) -> list[vtkMRMLSliceLogic]:
    """The three slice views, as the application makes them: one without its letter and color stays gray there."""
    node = slicer.vtkMRMLSliceNode
    looks = {
        "Red": ("R", node.GetRedColor(), "Axial"),
        "Green": ("G", node.GetGreenColor(), "Coronal"),
        "Yellow": ("Y", node.GetYellowColor(), "Sagittal"),
    }
    logics = []
    sliceLogics = vtk.vtkCollection()
    applicationLogic.SetSliceLogics(sliceLogics)
    applicationLogic.SetViewLogics(vtk.vtkCollection())
    for name, (label, color, orientation) in looks.items():
        logic = slicer.vtkMRMLSliceLogic()
        logic.SetMRMLApplicationLogic(applicationLogic)
        logic.SetMRMLScene(scene)
        view = logic.AddSliceNode(name)
        view.SetLayoutLabel(label)
        view.SetLayoutColor(*color)
        view.SetOrientation(orientation)
        sliceLogics.AddItem(logic)
        logics.append(logic)
    return logics


def sliceLogics(scene: vtkMRMLScene) -> list[vtkMRMLSliceLogic]:
    """Those of the application's views of `scene`; none for a scene without views."""
    volumes = getattr(getattr(slicer, "modules", None), "volumes", None)
    if volumes is None:
        return []
    logics = volumes.logic().GetMRMLApplicationLogic().GetSliceLogics()
    found = [] if logics is None else [logics.GetItemAsObject(index) for index in range(logics.GetNumberOfItems())]
    return [logic for logic in found if logic.GetMRMLScene() is scene]
