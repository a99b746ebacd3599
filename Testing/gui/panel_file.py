"""The panel's real `.ui` file, a parameter node, and a result in the scene, for tests of single blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
import slicer.util

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.parameters import BreastUSAIParameters
from BreastUSAILib.scene.mrml.result_links import linkResult
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.scene.analyses import analysis_of, marked_frames

UI = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "UI" / "BreastUSAI.ui"


def loaded_panel() -> tuple[Any, Any]:
    """The top widget, which must be kept, and its children by name."""
    widget = slicer.util.loadUI(str(UI))
    return widget, slicer.util.childWidgetVariables(widget)


def new_parameters(scene: Any) -> Any:
    """Parameters in a node of their own."""
    return BreastUSAIParameters(scene.AddNewNodeByClass("vtkMRMLScriptedModuleNode"))


def add_result(parameters: Any, kind: InputKind = InputKind.STILL, count: int = 1) -> Any:
    """An image with a result in the scene, chosen in the parameters; returns the nodes."""
    frames = marked_frames(kind, count)
    nodes = showAnalysis(analysis_of(frames), frames)
    linkResult(nodes)
    parameters.inputVolume = nodes.volume
    for name in ("segmentation", "heatMap", "table", "report"):
        setattr(parameters, name, getattr(nodes, name))
    return nodes


def click(widget: Any, x: int, y: int) -> None:
    """Press and release the left button there."""
    for kind in (qt.QEvent.MouseButtonPress, qt.QEvent.MouseButtonRelease):
        place = qt.QPointF(x, y)
        event = qt.QMouseEvent(kind, place, place, qt.Qt.LeftButton, qt.Qt.LeftButton, qt.Qt.NoModifier)
        qt.QApplication.sendEvent(widget, event)


def picture_of(widget: Any, width: int = 300) -> Any:
    """What the widget paints at that width, as qt.QImage."""
    widget.resize(width, widget.height)
    return widget.grab().toImage()


def colors_in(image: Any) -> set[tuple[int, int, int]]:
    """Every color of a picture as (red, green, blue)."""
    return {image.pixelColor(x, y).getRgb()[:3] for x in range(image.width()) for y in range(image.height())}
