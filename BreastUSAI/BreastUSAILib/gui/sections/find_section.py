"""The buttons "Find lesion at click" and "in box": what is clicked next looks for a lesion, or removes an outline."""

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
    from ...scene.mrml.node_types import vtkMRMLMarkupsNode
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class FindSection:
    """While a button is down, the next click in a slice view places a point, the next two the corners of a box.

    Esc, or a right click, gives it up.

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
        self._point: vtkMRMLMarkupsNode | None = None
        self._buttons = (ui.findLesionButton, ui.findBoxButton)
        self._missing = ""
        markups = slicer.vtkMRMLMarkupsNode
        self._clicks = NodeWatch((markups.PointPositionDefinedEvent,), self._onClick)
        self._modes = NodeWatch((slicer.vtkMRMLInteractionNode.InteractionModeChangedEvent,), self._onMode)
        self._escape = None
        if window is not None:
            self._escape = qt.QShortcut(qt.QKeySequence("Esc"), window)
            self._escape.enabled = False
            self._escape.activated.connect(self.giveUp)
        ui.findLesionButton.toggled.connect(self._onPointToggled)
        ui.findBoxButton.toggled.connect(self._onBoxToggled)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Look for lesions in the image of these parameters from now on."""
        self.giveUp()
        self._parameters = parameters

    def refresh(self, missing: str) -> None:
        """Enable the buttons, or say in their tooltips why they are not."""
        self._missing = missing
        for button in self._buttons:
            enableOrSay(button, missing)
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
        self._press(None)

    def cleanup(self) -> None:
        """Let go of everything, the key too."""
        self.setParameterNode(None)
        if self._escape is not None:
            self._escape.setParent(None)
            self._escape.deleteLater()
            self._escape = None

    def _onPointToggled(self, isDown: bool) -> None:
        self._onToggled(isDown, isBox=False)

    def _onBoxToggled(self, isDown: bool) -> None:
        self._onToggled(isDown, isBox=True)

    def _press(self, down: qt.QPushButton | None) -> None:
        """Let that button be down, and the other one up, without asking anything."""
        for button in self._buttons:
            wasBlocked = button.blockSignals(True)
            button.checked = button is down
            button.blockSignals(wasBlocked)

    def _onToggled(self, isDown: bool, isBox: bool) -> None:
        self.giveUp()
        if not isDown:
            return
        volume = None if self._parameters is None else self._parameters.inputVolume
        if not self._missing and volume is not None:
            self._press(self._buttons[isBox])
            self._point = addClickPoint(volume, isBox)
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
        if place is None and isPlacing(self._point):
            return  # the other corner is still to come
        self.giveUp()
        if place is not None:
            self._onPlace(place)
