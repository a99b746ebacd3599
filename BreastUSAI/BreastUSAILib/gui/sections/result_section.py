"""The block "Result": verdict, likelihood, probabilities, flags, frames, lesions, and what gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from ... import RESEARCH_USE
from ...client.jobs.listener import ignored
from ...engine.errors import BreastUSAIError
from ...scene.results.stored_report import Report, storedReport
from ..widgets.flag_list import FlagList
from ..widgets.frame_plot import FramePlot
from ..widgets.key_frames import nextKeyFrame, suspiciousFrames
from ..widgets.lesion_table import LesionTable
from ..widgets.likelihood_bar import LikelihoodBar
from ..widgets.probability_bars import ProbabilityBars
from ..widgets.shortcuts import withShortcut
from ..words.lesion_rows import tableNote
from ..words.plain_words import plainWords
from ..words.result_words import (
    classWords,
    frameWords,
    hashWords,
    intervalWords,
    likelihoodMeaning,
    likelihoodWords,
    prevalenceWords,
    provenanceWords,
    verdictMeaning,
)


class ResultSection:
    """Shows a report (`analysis.json` as a dict), which `refresh` reads from the parameters' `report` node.

    Set `onFrameChosen` to be told the index of a frame that the reader wants to see, and `onLesionChosen` to be told
    the lesion (a dict of the report's `lesions`) to centre on.
    """

    def __init__(self, ui: Any, parameters: Any = None) -> None:
        self.onFrameChosen: Callable[[int], None] = ignored
        self.onLesionChosen: Callable[[dict[str, Any]], None] = ignored
        self.report: Report | None = None
        self.currentFrame: int | None = None
        self._ui = ui
        self._parameters = parameters
        self._bar, self._classes, self._plot = LikelihoodBar(), ProbabilityBars(), FramePlot()
        ui.likelihoodBarFrame.layout().addWidget(self._bar)
        ui.probabilitiesFrame.layout().addWidget(self._classes)
        ui.framePlotFrame.layout().addWidget(self._plot)
        self._flags, self._lesions = FlagList(ui.flagsFrame), LesionTable(ui.lesionTable)
        self._plot.onFrameChosen = lambda frame: self.onFrameChosen(frame)
        self._lesions.onLesionChosen = lambda lesion: self.onLesionChosen(lesion)
        ui.researchUseLabel.text = RESEARCH_USE
        ui.editedLabel.visible = False
        ui.keyFrameButton.clicked.connect(self._onKeyFrameButton)
        ui.copyLesionsButton.clicked.connect(self._onCopyLesions)
        self.show(None)

    def setParameterNode(self, parameters: Any) -> None:
        """Read the report of these parameters from now on."""
        self._parameters = parameters
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

    def showWaiting(self) -> None:
        """Keep the result out of sight until the reader has entered an assessment."""
        self.showNothing(_("The result stays hidden until you have entered your own assessment in the section above."))

    def showNothing(self, reason: str) -> None:
        """Show no result, and why."""
        self.show(None)
        self._ui.resultEmptyLabel.text = reason

    def show(self, report: Report | None) -> None:
        """Show a report; None empties the section."""
        ui, self.report = self._ui, report
        ui.resultEmptyLabel.text = _("No result yet. Choose an image and press Analyze.")
        ui.resultEmptyLabel.visible = report is None
        ui.resultBody.visible = report is not None
        for part in (self._plot, self._flags, self._lesions):
            part.setReport(report)
        self._bar.setMalignancy(None if report is None else report["verdict"]["malignancy"])
        self._classes.setProbabilities(None if report is None else report["verdict"]["probabilities"])
        if report is not None:
            self._showVerdict(report)
            self._showLesions(report)
            ui.provenanceLabel.text = provenanceWords(report)
            ui.provenanceLabel.toolTip = plainWords(hashWords(report))

    def setEdited(self, isEdited: bool) -> None:
        """Say beside sizes and likelihoods that they belong to outlines which were edited since."""
        self._ui.editedLabel.visible = isEdited

    def setCurrentFrame(self, frame: int | None) -> None:
        """Mark the frame that the slice view shows."""
        self.currentFrame = frame
        self._plot.setCurrentFrame(frame)

    def goToKeyFrame(self, step: int) -> None:
        """Ask for the next (`step` 1) or previous (-1) of the most suspicious frames; does nothing without a result."""
        frames = [] if self.report is None else suspiciousFrames(self.report)
        frame = nextKeyFrame(frames, self.currentFrame, step)
        if frame is not None:
            self.onFrameChosen(frame)

    def _showVerdict(self, report: Report) -> None:
        ui, verdict, isVolume = self._ui, report["verdict"], report["input"]["kind"] == "volume"
        ui.verdictLabel.text = classWords(verdict["label"])
        ui.verdictMeaningLabel.text = verdictMeaning(report)
        _sayOrHide(ui.likelihoodLabel, likelihoodWords(verdict["malignancy"], verdict["label"]))
        ui.likelihoodLabel.toolTip = likelihoodMeaning()
        _sayOrHide(ui.intervalLabel, intervalWords(verdict["malignancy"]))
        _sayOrHide(ui.prevalenceAppliedLabel, prevalenceWords(report))
        ui.likelihoodBarFrame.visible = verdict["malignancy"] is not None
        ui.probabilitiesLabel.visible = ui.probabilitiesFrame.visible = verdict["probabilities"] is not None
        key = verdict["key_frame"]
        ui.keyFrameButton.visible = key is not None and report["input"]["frames"] > 1
        if key is not None:
            words = _("Key slice: {frame}") if isVolume else _("Key frame: {frame}")
            goThere = _("Go to the slice that is most probably malignant")
            goOn = _("Next most suspicious slice")
            if not isVolume:
                goThere = _("Go to the frame that is most probably malignant")
                goOn = _("Next most suspicious frame")
            ui.keyFrameButton.text = words.format(frame=frameWords(report, key))
            ui.keyFrameButton.toolTip = "\n".join(
                (goThere, withShortcut(goOn, "nextKeyFrame"), withShortcut(_("Previous one"), "previousKeyFrame"))
            )
        ui.framePlotLabel.text = _("Malignant, by slice") if isVolume else _("Malignant, by frame")
        ui.framePlotLabel.visible = ui.framePlotFrame.visible = self._plot.hasCurve

    def _showLesions(self, report: Report) -> None:
        ui, rejected = self._ui, report["verdict"]["label"] == "rejected"
        ui.lesionsFrame.visible = not rejected
        ui.lesionTable.visible = ui.copyLesionsButton.visible = not self._lesions.isEmpty
        ui.lesionNoteLabel.text = _("No lesion was outlined.") if self._lesions.isEmpty else tableNote(report)

    def _onKeyFrameButton(self, _checked: bool = False) -> None:
        assert self.report is not None
        self.onFrameChosen(self.report["verdict"]["key_frame"])

    def _onCopyLesions(self, _checked: bool = False) -> None:
        self._lesions.copy()


def _sayOrHide(label: Any, words: str) -> None:
    label.text = words
    label.visible = bool(words)
