"""The button "Find lesion at click": the next click in a slice view looks for a lesion, or removes an outline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import qt
import slicer

from ...engine.errors import BreastUSAIError
from ...engine.images.places import Place
from ...scene.lesions.click_point import addClickPoint, isPlacing, placeOf, removeClickPoint
from ..slicer.node_watch import NodeWatch
from ..widgets.buttons import enableOrSay
from ..words.plain_words import sentenceOf

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLMarkupsFiducialNode
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class FindSection:
    """While the button is down, the next click in a slice view places a point; Esc, or a right click, gives it up.

    Args:
        ui: the panel's widgets.
        onPlace: told where the reader clicked.
        onProblem: told, in a sentence, why a click does not count.
        window: where Esc works; None where there is no main window.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        onPlace: Callable[[Place], None],
        onProblem: Callable[[str], None],
        window: qt.QWidget | None = None,
    ) -> None:
        self._ui, self._onPlace, self._onProblem = ui, onPlace, onProblem
        self._parameters: BreastUSAIParameters | None = None
        self._point: vtkMRMLMarkupsFiducialNode | None = None
        self._missing = ""
        markups = slicer.vtkMRMLMarkupsNode
        self._clicks = NodeWatch((markups.PointPositionDefinedEvent,), self._onClick)
        self._modes = NodeWatch((slicer.vtkMRMLInteractionNode.InteractionModeChangedEvent,), self._onMode)
        self._escape = None
        if window is not None:
            self._escape = qt.QShortcut(qt.QKeySequence("Esc"), window)
            self._escape.enabled = False
            self._escape.activated.connect(self.giveUp)
        ui.findLesionButton.toggled.connect(self._onToggled)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Look for lesions in the image of these parameters from now on."""
        self.giveUp()
        self._parameters = parameters

    def refresh(self, missing: str) -> None:
        """Enable the button, or say in its tooltip why it is not."""
        self._missing = missing
        enableOrSay(self._ui.findLesionButton, missing)
        if missing:
            self.giveUp()

    def giveUp(self) -> None:
        """Wait for no click any more."""
        self._clicks.stop()
        self._modes.stop()
        if self._escape is not None:
            self._escape.enabled = False
        point, self._point = self._point, None
        if point is not None:
            removeClickPoint(point)
        self._ui.findLesionButton.checked = False

    def cleanup(self) -> None:
        """Let go of everything, the key too."""
        self.setParameterNode(None)
        if self._escape is not None:
            self._escape.setParent(None)
            self._escape.deleteLater()
            self._escape = None

    def _onToggled(self, isDown: bool) -> None:
        if not isDown:
            self.giveUp()
            return
        volume = None if self._parameters is None else self._parameters.inputVolume
        if self._point is None and not self._missing and volume is not None:
            self._point = addClickPoint(volume)
            self._clicks.watch(self._point)
            self._modes.watch(volume.GetScene().GetNodeByID("vtkMRMLInteractionNodeSingleton"))
            if self._escape is not None:
                self._escape.enabled = True

    def _onClick(self) -> None:
        """Slicer is still busy with the click: the point is taken away afterwards."""
        qt.QTimer.singleShot(0, self._take)

    def _onMode(self) -> None:
        """A right click, or another tool, ended the placing; so does the click itself, which is heard of first."""
        qt.QTimer.singleShot(0, self._look)

    def _look(self) -> None:
        if self._point is not None and not isPlacing(self._point):
            self._take()

    def _take(self) -> None:
        volume = None if self._parameters is None else self._parameters.inputVolume
        if self._point is None or volume is None:
            return
        try:
            place = placeOf(self._point, volume)
        except BreastUSAIError as error:
            self.giveUp()
            self._onProblem(sentenceOf(error))
            return
        self.giveUp()
        if place is not None:
            self._onPlace(place)
