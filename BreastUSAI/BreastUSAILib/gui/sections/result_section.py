"""The block "Result": verdict, likelihood, probabilities, flags, frames, lesions, and what gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ... import RESEARCH_USE
from ...client.jobs.listener import ignored
from ...engine.errors import BreastUSAIError
from ...engine.findings.analysis import Analysis, Label, Lesion
from ...engine.findings.words import (
    frame_words,
    hash_words,
    interval_words,
    likelihood_meaning,
    likelihood_words,
    model_lines,
    prevalence_words,
    risk_band_meaning,
    risk_band_words,
    software_words,
    verdict_meaning,
    verdict_words,
)
from ...engine.images.frames import InputKind
from ...scene.results.stored_report import StoredReport, storedReport
from ..widgets.flag_list import FlagList
from ..widgets.frame_plot import FramePlot
from ..widgets.key_frames import nextKeyFrame, suspiciousFrames
from ..widgets.lesion_table import LesionTable
from ..widgets.likelihood_bar import LikelihoodBar
from ..widgets.probability_bars import ProbabilityBars
from ..widgets.shortcuts import withShortcut
from ..words.lesion_rows import tableNote
from ..words.plain_words import plainWords
from .lesion_details import LesionDetails

if TYPE_CHECKING:
    import qt

    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class ResultSection:
    """Shows a report, which `refresh` reads from the parameters' `report` node.

    Set `onFrameChosen` to be told the index of a frame that the reader wants to see, and `onLesionChosen` to be told
    the lesion to center on, and `onOverride` to be told that a result is wanted of an image that was rejected.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        parameters: BreastUSAIParameters | None = None,
        onProblem: Callable[[str], None] = ignored,
    ) -> None:
        self.onFrameChosen: Callable[[int], None] = ignored
        self.onLesionChosen: Callable[[Lesion], None] = ignored
        self.onOverride: Callable[[], None] = ignored
        self.report: StoredReport | None = None
        self.currentFrame: int | None = None
        self._ui = ui
        self._parameters = parameters
        self._bar, self._classes, self._plot = LikelihoodBar(), ProbabilityBars(), FramePlot()
        ui.likelihoodBarFrame.layout().addWidget(self._bar)
        ui.probabilitiesFrame.layout().addWidget(self._classes)
        ui.framePlotFrame.layout().addWidget(self._plot)
        self._flags, self._lesions = FlagList(ui.flagsFrame), LesionTable(ui.lesionTable)
        self._plot.onFrameChosen = lambda frame: self.onFrameChosen(frame)
        self._lesions.onLesionChosen = self._onLesion
        self.details = LesionDetails(ui, onProblem)
        ui.researchUseLabel.text = RESEARCH_USE
        ui.editedLabel.visible = False
        ui.keyFrameButton.clicked.connect(self._onKeyFrameButton)
        ui.copyLesionsButton.clicked.connect(self._onCopyLesions)
        ui.overrideButton.clicked.connect(lambda *_checked: self.onOverride())
        self.show(None)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Read the report of these parameters from now on."""
        self._parameters = parameters
        self.details.setParameterNode(parameters)
        self.refresh()

    def refresh(self) -> None:
        """Show the report that the parameters name; one that cannot be read is said in a sentence."""
        try:
            report = storedReport(None if self._parameters is None else self._parameters.report)
        except BreastUSAIError as error:
            self.showNothing(str(error))
            return
        if report is None or report != self.report:
            self.show(report)

    def cleanup(self) -> None:
        """Let go of the parameters."""
        self._parameters = None
        self.details.cleanup()

    def showWaiting(self) -> None:
        """Keep the result out of sight until the reader has entered an assessment."""
        self.showNothing(_("The result stays hidden until you have entered your own assessment in the section above."))

    def showNothing(self, reason: str) -> None:
        """Show no result, and why."""
        self.show(None)
        self._ui.resultEmptyLabel.text = reason

    def show(self, report: StoredReport | None) -> None:
        """Show a report; None empties the section."""
        ui, self.report = self._ui, report
        analysis = None if report is None else report.analysis
        ui.resultEmptyLabel.text = _("No result yet. Choose an image and press Analyze.")
        ui.resultEmptyLabel.visible = report is None
        ui.resultBody.visible = report is not None
        for part in (self._plot, self._flags):
            part.setAnalysis(analysis)
        self._lesions.setReport(report)
        self.details.show(report)
        self._bar.setMalignancy(None if analysis is None else analysis.verdict.malignancy)
        self._classes.setProbabilities(None if analysis is None else analysis.verdict.probabilities)
        if analysis is not None:
            self._showVerdict(analysis)
            self._showLesions(analysis)
            ui.provenanceLabel.text = "\n".join([*model_lines(analysis, _), software_words(analysis, _)])
            ui.provenanceLabel.toolTip = plainWords(hash_words(analysis, _))

    def setEdited(self, isEdited: bool) -> None:
        """Say beside sizes and likelihoods that they belong to outlines which were edited since."""
        self._ui.editedLabel.visible = isEdited

    def setCurrentFrame(self, frame: int | None) -> None:
        """Mark the frame that the slice view shows."""
        self.currentFrame = frame
        self.details.setCurrentFrame(frame)
        self._plot.setCurrentFrame(frame)

    def goToKeyFrame(self, step: int) -> None:
        """Ask for the next (`step` 1) or previous (-1) of the most suspicious frames; does nothing without a result."""
        frames = [] if self.report is None else suspiciousFrames(self.report.analysis)
        frame = nextKeyFrame(frames, self.currentFrame, step)
        if frame is not None:
            self.onFrameChosen(frame)

    def _showVerdict(self, analysis: Analysis) -> None:
        ui, verdict, isVolume = self._ui, analysis.verdict, analysis.input.kind is InputKind.VOLUME
        ui.verdictLabel.text = verdict_words(verdict.label, _)
        ui.verdictMeaningLabel.text = verdict_meaning(analysis, _)
        ui.overrideButton.visible = verdict.label is Label.REJECTED
        _sayOrHide(ui.likelihoodLabel, likelihood_words(verdict.malignancy, verdict.label, _))
        ui.likelihoodLabel.toolTip = likelihood_meaning(_)
        _sayOrHide(ui.intervalLabel, interval_words(verdict.malignancy, _))
        band = risk_band_words(verdict, _)
        _sayOrHide(ui.riskBandLabel, band[:1].upper() + band[1:])
        ui.riskBandLabel.toolTip = risk_band_meaning(_)
        _sayOrHide(ui.prevalenceAppliedLabel, prevalence_words(analysis, _))
        ui.likelihoodBarFrame.visible = verdict.malignancy is not None
        ui.probabilitiesLabel.visible = ui.probabilitiesFrame.visible = verdict.probabilities is not None
        key = verdict.key_frame
        ui.keyFrameButton.visible = key is not None and analysis.input.frames > 1
        if key is not None:
            words = _("Key slice: {frame}") if isVolume else _("Key frame: {frame}")
            goThere = _("Go to the slice that is most probably malignant")
            goOn = _("Next most suspicious slice")
            if not isVolume:
                goThere = _("Go to the frame that is most probably malignant")
                goOn = _("Next most suspicious frame")
            ui.keyFrameButton.text = words.format(frame=frame_words(analysis, key, _))
            ui.keyFrameButton.toolTip = "\n".join(
                (goThere, withShortcut(goOn, "nextKeyFrame"), withShortcut(_("Previous one"), "previousKeyFrame"))
            )
        ui.framePlotLabel.text = _("Malignant, by slice") if isVolume else _("Malignant, by frame")
        ui.framePlotLabel.visible = ui.framePlotFrame.visible = self._plot.hasCurve

    def _showLesions(self, analysis: Analysis) -> None:
        ui = self._ui
        ui.lesionsFrame.visible = analysis.verdict.label is not Label.REJECTED
        ui.lesionTable.visible = ui.copyLesionsButton.visible = not self._lesions.isEmpty
        ui.lesionNoteLabel.text = _("No lesion was outlined.") if self._lesions.isEmpty else tableNote(analysis)

    def _onLesion(self, lesion: Lesion) -> None:
        self.details.choose(lesion)
        self.onLesionChosen(lesion)

    def _onKeyFrameButton(self, _checked: bool = False) -> None:
        key = None if self.report is None else self.report.analysis.verdict.key_frame
        if key is not None:
            self.onFrameChosen(key)

    def _onCopyLesions(self, _checked: bool = False) -> None:
        self._lesions.copy()


def _sayOrHide(label: qt.QLabel, words: str) -> None:
    label.text = words
    label.visible = bool(words)
