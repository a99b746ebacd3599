"""What a user chose, and which nodes the last result is: kept in a node of the scene, saved and reopened with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Union

import slicer
from slicer.parameterNodeWrapper import Choice, WithinRange, parameterNodeWrapper

from ..engine.device import DeviceChoice
from ..engine.explanations.registry import HEAT_MAP_METHODS
from ..engine.findings.analysis import CLASSES
from ..engine.findings.heat_map_colors import LAYER_OPACITY
from ..engine.images.plausible_spacing import LARGEST_SPACING_MM

if TYPE_CHECKING:
    from ..scene.mrml.node_types import vtkMRMLScriptedModuleNode
    from .panel_widgets import PanelWidgets

FRAME_CHOICES = ("all", "current", "every")
DEVICES = tuple(device.value for device in DeviceChoice)
EXPLAINED = tuple(label.value for label in reversed(CLASSES))
LARGEST_PREVALENCE = 99.0
LARGEST_SECONDS = 1e6

# Slicer's wrapper binds a node selector to a union of classes that it can make; typing.Union serves 5.10 too.
ImageVolume = Union[slicer.vtkMRMLScalarVolumeNode, slicer.vtkMRMLVectorVolumeNode, None]  # noqa: UP007


@parameterNodeWrapper
class BreastUSAIParameters:
    """The panel's parameter node. Numbers that are 0 and texts that are empty mean "not set".

    `prevalence` is in per cent. `classifier` and `segmenter` are names as the model list gives them, empty for the
    shipped one. `explanations` are options of explanation
    methods with commas between. `readerAt` is when the reader's assessment was entered, `readerAfterAt` when the final
    one was, after the result was shown; confidences are per cent. `reportKinds` is as `engine.options.report_kinds`
    takes it. `segmentation`, `heatMap`, `table` and `report` are the nodes of the result that is shown, `heatMap` the
    one of its maps that is chosen; the result itself is read from the text of `report`.
    """

    if TYPE_CHECKING:  # what the wrapper adds, besides
        parameterNode: vtkMRMLScriptedModuleNode

        def connectGui(self, ui: PanelWidgets) -> object: ...
        def disconnectGui(self, tag: object) -> None: ...
        def StartModify(self) -> int: ...
        def EndModify(self, wasModifying: int) -> None: ...
        def AddObserver(self, event: int, callback: Callable[..., None]) -> int: ...
        def RemoveObserver(self, tag: int) -> None: ...

    inputVolume: ImageVolume
    frames: Annotated[str, Choice(FRAME_CHOICES)] = "all"
    everyNth: Annotated[int, WithinRange(1, 1000)] = 5
    treatAsSlices: bool = False
    sliceSpacingMm: Annotated[float, WithinRange(0.0, LARGEST_SPACING_MM)] = 0.0
    typedSpacingMm: Annotated[float, WithinRange(0.0, LARGEST_SPACING_MM)] = 0.0
    calibrationLine: slicer.vtkMRMLMarkupsLineNode
    calibrationLengthMm: Annotated[float, WithinRange(0.1, 500.0)] = 10.0
    prevalence: Annotated[float, WithinRange(0.0, LARGEST_PREVALENCE)] = 0.0
    keepFormer: bool = False

    explainMethod: Annotated[str, Choice(HEAT_MAP_METHODS)] = HEAT_MAP_METHODS[0]
    explainClass: Annotated[str, Choice(EXPLAINED)] = EXPLAINED[0]
    gradeExplanations: bool = False
    explanations: str = ""
    explainAllFrames: bool = False
    heatMapOpacity: Annotated[float, WithinRange(0.0, 1.0)] = LAYER_OPACITY
    showOutline: bool = True
    showFill: bool = False
    showOverlays: bool = True

    similarCases: bool = False

    classifier: str = ""
    segmenter: str = ""
    device: Annotated[str, Choice(DEVICES)] = DeviceChoice.AUTO.value

    readerFirst: bool = False
    readerBirads: str = ""
    readerComment: str = ""
    readerAt: str = ""
    readerCode: str = ""
    readerConfidence: Annotated[int, WithinRange(0, 100)] = 0
    readerSeconds: Annotated[float, WithinRange(0.0, LARGEST_SECONDS)] = 0.0
    readerBiradsAfter: str = ""
    readerConfidenceAfter: Annotated[int, WithinRange(0, 100)] = 0
    readerAfterAt: str = ""

    reportKinds: str = "pdf"
    keepIdentity: bool = False

    segmentation: slicer.vtkMRMLSegmentationNode
    heatMap: slicer.vtkMRMLScalarVolumeNode
    table: slicer.vtkMRMLTableNode
    report: slicer.vtkMRMLTextNode


def stateOf(parameterNode: vtkMRMLScriptedModuleNode) -> tuple[Any, ...]:
    """Every parameter's text, and for every reference the node's ID and whether that node is there."""
    names = parameterNode.GetParameterNames()
    texts = tuple((name, parameterNode.GetParameter(name)) for name in names)
    roles: list[str] = []
    parameterNode.GetNodeReferenceRoles(roles)
    references = tuple(
        (role, place, parameterNode.GetNthNodeReferenceID(role, place), _isThere(parameterNode, role, place))
        for role in roles
        for place in range(parameterNode.GetNumberOfNodeReferences(role))
    )
    return texts, references


def _isThere(parameterNode: vtkMRMLScriptedModuleNode, role: str, place: int) -> bool:
    return parameterNode.GetNthNodeReference(role, place) is not None
