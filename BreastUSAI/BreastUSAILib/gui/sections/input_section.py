"""The block "Input": which image, what it is, which of its frames, and how large its pixels are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from ...client.jobs.analysis_request import sourceOptions
from ...client.stepped_work import asError
from ...engine.images.frames import InputKind
from ...scene.source.recognized import Recognized, recognize
from ..widgets.choices import Choices
from ..widgets.image_selector import ImageSelector
from ..words.input_words import recognizedWords
from ..words.plain_words import sentenceOf
from .given_sizes import followImage
from .pixel_size_controls import PixelSizeControls

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class InputSection:
    """Shows what the chosen volume is understood as; check boxes and numbers are bound through the .ui file.

    `recognized` is what the volume is, or None; `problem` is why it cannot be analyzed, a sentence, or nothing.

    Args:
        ui: the panel's widgets.
        onMoved: called when marks for the calibration were moved, which changes no parameter.
    """

    def __init__(self, ui: PanelWidgets, onMoved: Callable[[], None]) -> None:
        self.recognized: Recognized | None = None
        self.problem = ""
        self._ui = ui
        self._parameters: BreastUSAIParameters | None = None
        self._looked: tuple[Any, ...] | None = None
        self._selector = ImageSelector(ui.inputVolumeSelector)
        frames = {"all": _("All"), "current": _("The one shown"), "every": _("At regular steps")}
        self._frames = Choices(ui.framesComboBox, frames, self._onFrames)
        self._pixelSize = PixelSizeControls(ui, onMoved)
        self.setParameterNode(None)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Show and change these parameters from now on; None disables the section."""
        self._parameters = parameters
        self._pixelSize.setParameterNode(parameters)
        self._selector.watch(None if parameters is None else parameters.parameterNode.GetScene())
        self.lookAgain()

    def lookAgain(self) -> None:
        """Bring everything up to date, and look at the volume again."""
        self._looked = None
        self.refresh()

    def refresh(self) -> None:
        """Bring the controls to the state of the parameters; the volume is looked at where anything has changed."""
        ui, parameters = self._ui, self._parameters
        ui.inputBody.enabled = parameters is not None
        if parameters is not None:
            followImage(parameters)
        self._look()
        recognized = self.recognized
        ui.recognizedLabel.text = self.problem if recognized is None else recognizedWords(recognized)
        self._pixelSize.refresh(recognized)
        if parameters is None:
            return
        hasFrames = recognized is not None and recognized.kind is not InputKind.STILL
        ui.framesFrame.visible = hasFrames
        self._frames.show(parameters.frames)
        ui.framesLabel.text = _("Slices:") if self._isVolume() else _("Frames:")
        ui.everyNthSpinBox.suffix = self._stepUnit(parameters.everyNth)
        ui.everyNthLabel.visible = ui.everyNthSpinBox.visible = parameters.frames == "every"
        ui.slicesFrame.visible = parameters.treatAsSlices or (recognized is not None and recognized.canBeSlices)
        ui.sliceSpacingLabel.visible = ui.sliceSpacingSpinBox.visible = parameters.treatAsSlices

    def cleanup(self) -> None:
        """Let go of the parameters."""
        self._pixelSize.cleanup()
        self._selector.watch(None)
        self._parameters = None

    def _look(self) -> None:
        """Understand the volume anew, unless nothing has changed since the last time."""
        parameters = self._parameters
        volume = None if parameters is None else parameters.inputVolume
        if parameters is None or volume is None:
            self._looked, self.recognized = None, None
            self.problem = _("Choose an ultrasound image first; load one through the DICOM module.")
            return
        try:
            source = sourceOptions(parameters)
            looked = (volume.GetID(), volume.GetImageData(), source)
            if looked != self._looked:
                self._looked = looked
                self.recognized, self.problem = None, ""
                self.recognized = recognize(volume, source)
        except Exception as error:  # the edge: called by the scene's events, and a node may be in any shape
            self._looked, self.recognized, self.problem = None, None, sentenceOf(asError(error))

    def _stepUnit(self, step: int) -> str:
        if step == 1:
            return _(" slice") if self._isVolume() else _(" frame")
        return _(" slices") if self._isVolume() else _(" frames")

    def _isVolume(self) -> bool:
        return self.recognized is not None and self.recognized.kind is InputKind.VOLUME

    def _onFrames(self, frames: str) -> None:
        if self._parameters is not None:
            self._parameters.frames = frames
