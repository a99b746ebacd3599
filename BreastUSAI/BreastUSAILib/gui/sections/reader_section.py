"""The block "Reader": a reader's own assessment, entered before the result can be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError
from ...scene.mrml.result_links import VOLUME_ROLE, resultOf
from ...scene.results.reader.reader_assessment import ReaderAssessment, addReaderAssessment, readerAssessmentIn
from ..parameters import LARGEST_SECONDS
from ..widgets.buttons import enableOrSay
from ..widgets.choices import Choices
from ..words.birads import categoryWords
from .final_category import FinalCategory

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLVolumeNode
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters

IMAGE_ROLE = "readerImage"
"""Node reference of the parameter node: the image that the assessment being entered, or entered, is about."""

SEEN_ROLE = "readerSeenImage"
"""Node references of the parameter node: the images whose result was shown; reader-first is over for them."""


class ReaderSection:
    """Keeps the result out of sight until a BI-RADS category was entered, and keeps that with its time.

    Args:
        ui: the panel's widgets.
        parameters: the parameter node, or None until there is one.
        onCommitted: called when an assessment was entered and the result may be shown.
        now: what time it is, with its time zone.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        parameters: BreastUSAIParameters | None,
        onCommitted: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._ui, self._onCommitted, self._now = ui, onCommitted, now
        self._parameters: BreastUSAIParameters | None = None
        self._since: datetime | None = None
        self._category = Choices(ui.biradsComboBox, categoryWords(), self._onCategory)
        self._final = FinalCategory(ui, self._onFinal)
        ui.readerConfidenceSpinBox.valueChanged.connect(self._onConfidence)
        ui.readerCodeEdit.textChanged.connect(self._onCode)
        ui.readerCommentEdit.textChanged.connect(self._onComment)
        ui.commitAssessmentButton.clicked.connect(self._onCommit)
        self.setParameterNode(parameters)

    @property
    def isWaiting(self) -> bool:
        """Whether results of the chosen image must stay hidden."""
        return self._parameters is not None and self.isWaitingFor(self._parameters.inputVolume)

    def isWaitingFor(self, image: vtkMRMLVolumeNode | None) -> bool:
        """Whether results of `image` must stay hidden: reader-first is on, nothing was entered and nothing was seen."""
        parameters = self._parameters
        if parameters is None or not parameters.readerFirst or self._wasSeen(image):
            return False
        isEntered = parameters.readerAt and image is parameters.parameterNode.GetNodeReference(IMAGE_ROLE)
        return not isEntered

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Keep the assessment in these parameters from now on."""
        self._parameters = parameters
        self.refresh()

    def refresh(self) -> None:
        """Bring the controls to the state of the parameters; another image starts an assessment of its own."""
        ui, parameters = self._ui, self._parameters
        ui.readerForm.visible = parameters is not None and parameters.readerFirst
        ui.readerFirstCheckBox.enabled = parameters is not None
        if parameters is None:
            return
        self._startAnewForAnotherImage(parameters)
        self._category.show(parameters.readerBirads)
        if ui.readerCommentEdit.plainText != parameters.readerComment:
            ui.readerCommentEdit.plainText = parameters.readerComment
        for control in (
            *(ui.biradsLabel, ui.biradsComboBox, ui.readerCommentLabel, ui.readerCommentEdit),
            *(ui.readerConfidenceLabel, ui.readerConfidenceSpinBox, ui.readerCodeLabel, ui.readerCodeEdit),
            ui.commitAssessmentButton,
        ):
            control.visible = self.isWaiting
        ui.readerConfidenceSpinBox.value = parameters.readerConfidence
        if ui.readerCodeEdit.text != parameters.readerCode:
            ui.readerCodeEdit.text = parameters.readerCode
        hasResult = self._imageOfResult() is not None and self._imageOfResult() is parameters.inputVolume
        self._final.show(bool(parameters.readerAt and hasResult and not parameters.readerAfterAt))
        enableOrSay(ui.commitAssessmentButton, self._whyNotYet(parameters))
        ui.readerStateLabel.text = self._state(parameters)

    def follow(self, volume: vtkMRMLVolumeNode) -> None:
        """The image goes on as another node (its frames as the slices of a volume): so does what was entered."""
        if self._parameters is None or self._parameters.inputVolume is None:
            return
        node, before = self._parameters.parameterNode, self._parameters.inputVolume
        if self._wasSeen(before):
            node.AddNodeReferenceID(SEEN_ROLE, volume.GetID())
        if node.GetNodeReferenceID(IMAGE_ROLE) == before.GetID():
            node.SetNodeReferenceID(IMAGE_ROLE, volume.GetID())

    def resultArrived(self) -> None:
        """A new result stands in the parameters: an assessment that was entered before is kept with it too."""
        if self._parameters is not None and self._parameters.readerAt:
            _keep(self._parameters, self._parameters.readerAt)
        self.refresh()

    def resultShown(self) -> None:
        """The result is on the screen: no assessment of this image can come first any more."""
        image = self._imageOfResult()
        if image is not None and self._parameters is not None and not self._wasSeen(image):
            self._parameters.parameterNode.AddNodeReferenceID(SEEN_ROLE, image.GetID())
        self.refresh()

    def cleanup(self) -> None:
        """Let go of the parameters."""
        self._parameters = None

    def _onCategory(self, category: str) -> None:
        if self._parameters is not None:
            self._parameters.readerBirads = category
            self.refresh()

    def _onComment(self) -> None:
        if self._parameters is not None and self._parameters.readerComment != self._ui.readerCommentEdit.plainText:
            self._parameters.readerComment = self._ui.readerCommentEdit.plainText

    def _onConfidence(self, percent: int) -> None:
        if self._parameters is not None:
            self._parameters.readerConfidence = percent

    def _onCode(self, _text: str = "") -> None:
        if self._parameters is not None and self._parameters.readerCode != self._ui.readerCodeEdit.text:
            self._parameters.readerCode = self._ui.readerCodeEdit.text

    def _onFinal(self, category: str, percent: int) -> None:
        """Keep the category that the reader has come to after the result was shown."""
        parameters = self._parameters
        if parameters is None:
            return
        parameters.readerBiradsAfter, parameters.readerConfidenceAfter = category, percent
        parameters.readerAfterAt = self._now().isoformat(timespec="seconds")
        try:
            _keep(parameters, parameters.readerAt)
        except BreastUSAIError as error:
            parameters.readerAfterAt = ""
            self._ui.readerStateLabel.text = str(error)
            return
        self.refresh()

    def _onCommit(self, _checked: bool = False) -> None:
        if self._parameters is None:
            return
        now = self._now()
        at = now.isoformat(timespec="seconds")
        seconds = 0.0 if self._since is None else (now - self._since).total_seconds()
        self._parameters.readerSeconds = min(max(round(seconds, 1), 0.0), LARGEST_SECONDS)
        try:
            _keep(self._parameters, at)
        except BreastUSAIError as error:
            self._ui.readerStateLabel.text = str(error)
            return
        self._parameters.readerAt = at
        self.refresh()
        self._onCommitted()

    def _startAnewForAnotherImage(self, parameters: BreastUSAIParameters) -> None:
        """Empty the assessment for an image that has none, and bring back the one of an image that has."""
        image, node = parameters.inputVolume, parameters.parameterNode
        if image is None or node.GetNodeReferenceID(IMAGE_ROLE) == image.GetID():
            return
        isFirst = node.GetNodeReferenceID(IMAGE_ROLE) is None
        node.SetNodeReferenceID(IMAGE_ROLE, image.GetID())
        self._since = self._now()
        entered = _enteredFor(image)
        if entered is not None or not isFirst:
            _bringBack(parameters, entered or ReaderAssessment("", "", "", parameters.readerCode))

    def _whyNotYet(self, parameters: BreastUSAIParameters) -> str:
        """Why no assessment can be entered now, or nothing."""
        image = self._imageOfResult()
        if image is None or image is not parameters.inputVolume:
            return _("There is no result of this image yet: analyze it first.")
        if not parameters.readerBirads:
            return _("Choose a BI-RADS category first.")
        return ""

    def _state(self, parameters: BreastUSAIParameters) -> str:
        if parameters.readerAt:
            category = categoryWords().get(parameters.readerBirads, parameters.readerBirads)
            entered = _(
                "Your assessment: BI-RADS {category}. Entered {when}, before the result was shown; it is kept with the "
                "result and cannot be changed."
            ).format(category=category, when=_localTime(parameters.readerAt))
            final = ""
            if parameters.readerAfterAt:
                category = categoryWords().get(parameters.readerBiradsAfter, parameters.readerBiradsAfter)
                final = _("After the result was shown: BI-RADS {category}.").format(category=category)
            return "\n".join(filter(None, (entered, parameters.readerComment, final)))
        if self._wasSeen(parameters.inputVolume):
            return _(
                "The result of this image was already shown, so no assessment can come first any more. "
                "The next image starts hidden."
            )
        return _("The result stays hidden until you enter your assessment.")

    def _imageOfResult(self) -> vtkMRMLVolumeNode | None:
        """The image that the result in the parameters is about, or None where there is no result."""
        report = None if self._parameters is None else self._parameters.report
        return None if report is None else report.GetNodeReference(VOLUME_ROLE)

    def _wasSeen(self, image: vtkMRMLVolumeNode | None) -> bool:
        if image is None or self._parameters is None:
            return False
        return self._parameters.parameterNode.HasNodeReferenceID(SEEN_ROLE, image.GetID())


def _keep(parameters: BreastUSAIParameters, at: str) -> None:
    entered = ReaderAssessment(
        birads=parameters.readerBirads,
        comment=parameters.readerComment,
        at=at,
        reader=parameters.readerCode,
        confidence=parameters.readerConfidence or None,
        seconds=parameters.readerSeconds or None,
        birads_after=parameters.readerBiradsAfter,
        confidence_after=parameters.readerConfidenceAfter or None,
        after_at=parameters.readerAfterAt,
    )
    addReaderAssessment(parameters.table, parameters.report, entered, _)


def _bringBack(parameters: BreastUSAIParameters, kept: ReaderAssessment) -> None:
    parameters.readerBirads, parameters.readerComment, parameters.readerAt = kept.birads, kept.comment, kept.at
    parameters.readerCode = kept.reader
    parameters.readerConfidence, parameters.readerSeconds = kept.confidence or 0, kept.seconds or 0.0
    parameters.readerBiradsAfter, parameters.readerAfterAt = kept.birads_after, kept.after_at
    parameters.readerConfidenceAfter = kept.confidence_after or 0


def _enteredFor(image: vtkMRMLVolumeNode) -> ReaderAssessment | None:
    """The assessment that is kept with the newest result of an image, or None."""
    result = resultOf(image)
    try:
        return None if result is None else readerAssessmentIn(result.report)
    except BreastUSAIError:  # the result section says that it cannot be read
        return None


def _localTime(text: str) -> str:
    """An ISO 8601 time as people write it; what is not one stays as it is."""
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text
