"""What the block "Result" shows of one lesion: its descriptors with the reader's own, and its lengths as lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import slicer
from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError
from ...engine.findings.analysis import Analysis, Lesion
from ...engine.findings.words import asked_words
from ...scene.results.reader.reader_words import setReaderWord
from ...scene.results.stored_report import StoredReport
from ..slicer.node_watch import NodeWatch
from ..widgets.descriptor_choices import DescriptorChoices
from ..words.plain_words import sentenceOf

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLMarkupsLineNode
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class LesionDetails:
    """Shows the lesion whose row was clicked last, at first the first one of the key frame.

    Args:
        ui: the panel's widgets.
        onProblem: told, in a sentence, why something could not be kept.
    """

    def __init__(self, ui: PanelWidgets, onProblem: Callable[[str], None]) -> None:
        self._ui, self._onProblem = ui, onProblem
        self._parameters: BreastUSAIParameters | None = None
        self._report: StoredReport | None = None
        self._chosen: int | None = None
        self._frame: int | None = None
        self._lines: list[vtkMRMLMarkupsLineNode] = []
        self._watches: list[NodeWatch] = []
        self.descriptors = DescriptorChoices(ui.descriptorsFrame)
        self.descriptors.onChosen = self._onWord
        ui.lengthLinesCheckBox.toggled.connect(self._onToggled)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Change the result of these parameters from now on."""
        self._dropLines()
        self._parameters, self._chosen = parameters, None

    def show(self, report: StoredReport | None) -> None:
        """Show a lesion of this report; None, and one without lesions, shows none."""
        self._report = report
        lesion = self._lesion()
        self._ui.lesionDetailsFrame.visible = lesion is not None
        if report is None or lesion is None:
            self._dropLines()
            return
        name = report.lesionNames.get(lesion.id, _("Lesion {number}").format(number=lesion.number))
        asked = asked_words(lesion, _)
        self._ui.lesionDetailsLabel.text = f"{name}, {asked}" if asked else name
        self.descriptors.show(lesion, report.readerWords.get(lesion.id, {}))
        self._showLines(report.analysis, lesion)

    def choose(self, lesion: Lesion) -> None:
        """Show this lesion."""
        self._chosen = lesion.id
        self.show(self._report)

    def setCurrentFrame(self, frame: int | None) -> None:
        """Lines are shown on the lesion's own frame alone."""
        self._frame = frame
        self._showOnFrame(self._lesion())

    def cleanup(self) -> None:
        """Take the lines away and let go of the parameters."""
        self.setParameterNode(None)

    def _lesion(self) -> Lesion | None:
        if self._report is None:
            return None
        analysis = self._report.analysis
        lesions = {one.id: one for one in analysis.lesions}
        if self._chosen is not None and self._chosen in lesions:
            return lesions[self._chosen]
        ofKeyFrame = [one for one in analysis.lesions if one.frame == analysis.verdict.key_frame]
        return next(iter([*ofKeyFrame, *analysis.lesions]), None)

    def _onWord(self, name: str, value: str | None) -> None:
        lesion, report = self._lesion(), None if self._parameters is None else self._parameters.report
        if lesion is not None and report is not None:
            self._try(lambda: setReaderWord(report, lesion.id, name, value))

    def _onToggled(self, _isOn: bool) -> None:
        self.show(self._report)

    def _showLines(self, analysis: Analysis, lesion: Lesion) -> None:
        volume = None if self._parameters is None else self._parameters.inputVolume
        if not self._ui.lengthLinesCheckBox.checked or volume is None:
            self._dropLines()
            return
        from ...scene.lesions.length_lines import addLengthLines, linesLieAsIn  # not when the panel opens

        if not linesLieAsIn(self._lines, analysis, lesion):
            self._dropLines()
            self._lines = addLengthLines(volume, analysis, lesion)
            markups = slicer.vtkMRMLMarkupsNode
            for line in self._lines:
                self._watch(line, markups.PointModifiedEvent, self._say)
                self._watch(line, markups.PointEndInteractionEvent, self._keep)
        self._showOnFrame(lesion)

    def _watch(self, line: vtkMRMLMarkupsLineNode, event: int, then: Callable[[vtkMRMLMarkupsLineNode], None]) -> None:
        watch = NodeWatch((event,), lambda: self._try(lambda: then(line)))
        watch.watch(line)
        self._watches.append(watch)

    def _showOnFrame(self, lesion: Lesion | None) -> None:
        isThere = lesion is not None and self._frame in (None, lesion.frame)
        for line in self._lines:
            if line.GetDisplayNode() is not None:
                line.GetDisplayNode().SetVisibility(isThere)

    def _say(self, line: vtkMRMLMarkupsLineNode) -> None:
        """A line is being dragged."""
        from ...scene.lesions.length_lines import sayLength

        lesion = self._lesion()
        if self._report is not None and lesion is not None:
            sayLength(line, self._report.analysis, lesion)

    def _keep(self, line: vtkMRMLMarkupsLineNode) -> None:
        """A line was let go of."""
        from ...scene.lesions.changed_result import ChangedNodes
        from ...scene.lesions.length_lines import keepLength

        parameters = self._parameters
        if parameters is not None:
            keepLength(line, ChangedNodes.of(parameters.inputVolume, parameters), translate=_)

    def _dropLines(self) -> None:
        for watch in self._watches:
            watch.stop()
        lines, self._lines, self._watches = self._lines, [], []
        for line in lines:
            if line.GetScene() is not None:
                line.GetScene().RemoveNode(line)

    def _try(self, change: Callable[[], object]) -> None:
        try:
            change()
        except BreastUSAIError as error:
            self._onProblem(sentenceOf(error))
