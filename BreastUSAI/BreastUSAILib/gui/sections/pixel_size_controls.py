"""The pixel size given by hand: two marks on the depth scale with their distance, or a typed number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import slicer
from slicer.i18n import tr as _

from ...client.jobs.analysis_request import manualSpacing
from ...engine.errors import BreastUSAIError
from ...engine.findings.words import spacing_words
from ...engine.images.frames import SpacingSource
from ...scene.source.pixel_size_line import addPixelSizeLine, markedEnds, removeLine
from ...scene.source.recognized import Recognized
from ..slicer.node_watch import NodeWatch
from ..words.plain_words import sentenceOf

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters

FROM_THE_FILE = (
    SpacingSource.ULTRASOUND_REGION,
    SpacingSource.PIXEL_SPACING,
    SpacingSource.IMAGER_PIXEL_SPACING,
    SpacingSource.SPACING_BETWEEN_SLICES,
)
"""Where a pixel size can be trusted, so that none by hand is offered."""


class PixelSizeControls:
    """The lower part of the block "Input".

    Args:
        ui: the panel's widgets.
        onChange: called when the marks were moved.
    """

    def __init__(self, ui: PanelWidgets, onChange: Callable[[], None]) -> None:
        self._ui = ui
        self._parameters: BreastUSAIParameters | None = None
        markups = slicer.vtkMRMLMarkupsNode
        events = (markups.PointModifiedEvent, markups.PointPositionDefinedEvent, markups.PointRemovedEvent)
        self._onChange = onChange
        self._marked: list[tuple[float, float, float]] = []
        self._watch = NodeWatch(events, self._onLine)
        ui.calibrateButton.clicked.connect(self._onCalibrate)
        ui.removeCalibrationButton.clicked.connect(self._onRemove)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Keep the pixel size in these parameters from now on."""
        self._parameters = parameters
        self._watch.watch(None if parameters is None else parameters.calibrationLine)

    def refresh(self, recognized: Recognized | None) -> None:
        """Offer a pixel size by hand where the image has none that can be trusted, and say what it is."""
        ui, parameters = self._ui, self._parameters
        if parameters is None:
            ui.calibrationFrame.visible = False
            return
        line = parameters.calibrationLine
        self._watch.watch(line)
        self._marked = [] if line is None else markedEnds(line)
        isGiven = line is not None or parameters.typedSpacingMm > 0
        isTrusted = recognized is not None and recognized.spacingSource in FROM_THE_FILE
        ui.calibrationFrame.visible = parameters.inputVolume is not None and (isGiven or not isTrusted)
        ui.calibrationLengthSpinBox.enabled = line is not None
        ui.removeCalibrationButton.visible = isGiven
        ui.calibrateButton.text = _("Mark depth scale") if line is None else _("Mark again")
        ui.calibrationLabel.text = self._words(parameters)

    def cleanup(self) -> None:
        """Watch no node any more."""
        self._watch.stop()
        self._parameters = None

    def _words(self, parameters: BreastUSAIParameters) -> str:
        try:
            spacing = manualSpacing(parameters)
        except BreastUSAIError as error:
            return sentenceOf(error)
        if parameters.typedSpacingMm:
            return _("The typed pixel size counts.")
        if spacing is not None:
            assert isinstance(spacing, tuple)
            return _("The line in the image gives {size}.").format(size=spacing_words(spacing, _))
        if parameters.calibrationLine is not None:
            if self._marked:
                return _("Now click the other end, and give the distance of both.")
            return _("Click the two ends of a known length in the slice view, best on the depth scale.")
        return _("Pixel size by hand:")

    def _onLine(self) -> None:
        """The line has changed; while an end is only carried under the mouse, nothing was marked."""
        line = None if self._parameters is None else self._parameters.calibrationLine
        if line is not None and markedEnds(line) != self._marked:
            self._onChange()

    def _onCalibrate(self, _checked: bool = False) -> None:
        parameters = self._parameters
        if parameters is None or parameters.inputVolume is None:
            return
        self._forgetLine(parameters)
        parameters.typedSpacingMm = 0.0
        parameters.calibrationLine = addPixelSizeLine(parameters.inputVolume)

    def _onRemove(self, _checked: bool = False) -> None:
        if self._parameters is not None:
            self._forgetLine(self._parameters)
            self._parameters.typedSpacingMm = 0.0

    def _forgetLine(self, parameters: BreastUSAIParameters) -> None:
        line = parameters.calibrationLine
        if line is not None:
            self._watch.stop()
            parameters.calibrationLine = None
            removeLine(line)
