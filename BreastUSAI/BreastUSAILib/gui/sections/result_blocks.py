"""The blocks that a result fills: reader's assessment, result, overlay, edit; and the views that follow them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ...client.jobs.listener import ignored
from ...engine.errors import BreastUSAIError
from ...engine.findings.analysis import Lesion
from ...engine.images.places import Place
from ...scene.mrml.result_links import NO_RESULT, VOLUME_ROLE, resultOf, setHidden
from ...scene.mrml.sequences import sequenceBehind
from ...scene.results.arrival import Arrival
from ...scene.views.lesion_views import centerOnLesion, goToFrame
from ...scene.views.overlay import hideOtherOverlays
from ..slicer.edit_watch import EditWatch
from ..slicer.frame_watch import FrameWatch
from ..slicer.node_watch import TextWatch
from ..words.plain_words import sentenceOf
from .counterfactual_section import CounterfactualSection
from .edit_section import EditSection
from .find_section import FindSection
from .overlay_section import OverlaySection
from .reader_section import ReaderSection
from .result_section import ResultSection

if TYPE_CHECKING:
    import qt

    from ...client.jobs.analysis_job import AnalyzedNodes
    from ...scene.mrml.node_types import (
        vtkMRMLScalarVolumeNode,
        vtkMRMLSequenceBrowserNode,
        vtkMRMLTextNode,
        vtkMRMLVolumeNode,
    )
    from ...scene.mrml.result_links import ResultNodes
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class ResultBlocks:
    """Shows the newest result of the chosen image; in reader-first mode only after the reader's own assessment.

    Set `onAssessed` to be told when that was entered.

    Args:
        ui: the panel's widgets.
        onAnalyze: called when a heat map of another method or class is wanted.
        onRescore: called when edited outlines are to be scored.
        onExplain: called when further explanations of the result are wanted.
        onProblem: told, in a sentence, why a frame or lesion cannot be shown.
        onPlace: called where a lesion is to be looked for.
        window: the application's main window, or None.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        onAnalyze: Callable[[], None],
        onRescore: Callable[[], None],
        onExplain: Callable[[], None],
        onProblem: Callable[[str], None],
        onPlace: Callable[[Place], None] = ignored,
        window: qt.QWidget | None = None,
    ) -> None:
        self.onAssessed: Callable[[], None] = ignored
        self._onProblem = onProblem
        self._parameters: BreastUSAIParameters | None = None
        self._imageID: str | None = None
        self._isHidden = False
        self._otherShown = ""
        self.result, self.overlay = ResultSection(ui, onProblem=onProblem), OverlaySection(ui)
        self.checks = CounterfactualSection(ui)
        self.reader = ReaderSection(ui, None, self._onCommitted)
        self.find = FindSection(ui, onPlace, onProblem, window)
        self.edit = EditSection(ui, None, onRescore, self.find)
        self.edits = EditWatch(self.refresh)
        self.overlay.onAnalyzeAgain = onAnalyze
        self.overlay.explanations.onExplain = onExplain
        self.result.onFrameChosen, self.result.onLesionChosen = self._onFrame, self._onLesion
        self._watch = FrameWatch(self.result.setCurrentFrame)
        self._text = TextWatch(self._onText)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Show the result that these parameters name from now on; None shows none."""
        self._parameters = parameters
        self._isHidden = False
        self.edit.setWaiting(False)
        volume = None if parameters is None else parameters.inputVolume
        self._imageID = None if volume is None else volume.GetID()
        self._watch.watch(volume)
        self._text.watch(None if parameters is None else parameters.report)
        for section in (self.reader, self.result, self.overlay, self.edit):
            section.setParameterNode(parameters)
        self.checks.show(parameters)
        self.edits.forget()
        self.refresh()
        self._lookForEdits()

    def setOtherShown(self, problem: str) -> None:
        """What the slice views show instead of the image, in a sentence; nothing of a result is shown then."""
        self._otherShown = problem

    def refresh(self) -> None:
        """Bring the blocks to the state of the parameters."""
        parameters = self._parameters
        if parameters is None:
            return
        self._followImage(parameters)
        self._text.watch(parameters.report)
        self.reader.refresh()
        self._isHidden = isHidden = self.reader.isWaiting and parameters.report is not None
        setHidden(parameters, isHidden)
        isOut = self.isOut
        hideOtherOverlays(parameters.parameterNode.GetScene(), NO_RESULT if isOut else parameters)
        self.overlay.show(None if isOut else parameters)
        self.checks.show(None if isOut else parameters)
        self.edit.setWaiting(isHidden)
        self.edit.setEdited(self.edits.isEdited)
        self.result.setEdited(self.edits.isEdited)
        if isHidden:
            self.result.showWaiting()
        elif isOut:
            self.result.showNothing(self._otherShown)
        else:
            self.result.refresh()
            if self.result.report is not None:
                self.reader.resultShown()

    def arrivalOf(self, volume: vtkMRMLVolumeNode | None) -> Arrival:
        """How a result of `volume` may enter the scene now."""
        if self.reader.isWaitingFor(volume):
            return Arrival.HIDDEN
        isChosen = self._parameters is not None and self._parameters.inputVolume is volume
        return Arrival.SHOWN if isChosen and not self._otherShown else Arrival.ASIDE

    def arrived(self, nodes: AnalyzedNodes, volume: vtkMRMLVolumeNode) -> None:
        """Take over the result of an analysis of `volume`.

        The result of an image that is not chosen any more is kept for when it is chosen again. Where frames were
        treated as slices, the volume that was made of them is chosen from now on.
        """
        parameters = self._parameters
        if parameters is None or parameters.inputVolume is not volume:
            return
        if nodes.volume is not volume:
            parameters.treatAsSlices = False
            self.reader.follow(nodes.volume)
            parameters.inputVolume = nodes.volume
        self._imageID = nodes.volume.GetID()
        self._watch.watch(nodes.volume)
        self._take(parameters, nodes)
        self.edits.forget()
        self.reader.resultArrived()
        self.refresh()

    @property
    def isHidden(self) -> bool:
        """Whether there is a result that waits for the reader's assessment."""
        return self._isHidden

    @property
    def isOut(self) -> bool:
        """Whether nothing of a result may be seen now."""
        return self._isHidden or bool(self._otherShown)

    def rescored(self) -> None:
        """The result's nodes were changed in place; what was edited meanwhile is not scored yet."""
        self.edits.forget()
        self._lookForEdits()
        self.reader.resultArrived()
        self.refresh()

    def explained(self, nodes: Mapping[str, vtkMRMLScalarVolumeNode], report: vtkMRMLTextNode | None) -> None:
        """Further maps of the result of `report` are in the scene; the first of them is shown."""
        if nodes and self._parameters is not None and self._parameters.report is report:
            self._parameters.heatMap = next(iter(nodes.values()))
        self.refresh()

    def setBusy(self, isBusy: bool) -> None:
        """Whether the engine is at work."""
        self.edit.setBusy(isBusy)
        self.checks.setBusy(isBusy)
        self.overlay.explanations.setBusy(isBusy)

    def enter(self) -> None:
        """The panel is shown, perhaps after a visit to Segment Editor."""
        self.edit.enter()
        self._lookForEdits()

    def cleanup(self) -> None:
        """Let go of everything."""
        self._watch.stop()
        self._text.stop()
        self.edits.forget()
        for section in (self.reader, self.result, self.overlay, self.checks, self.edit):
            section.cleanup()
        self._parameters = None

    def _followImage(self, parameters: BreastUSAIParameters) -> None:
        """Show the newest result of the chosen image, whoever asked for it, or none."""
        volume = parameters.inputVolume
        imageID = None if volume is None else volume.GetID()
        newest = None if volume is None else resultOf(volume)
        if imageID != self._imageID or self._isOfAnother(parameters.report, imageID):
            self._imageID = imageID
            self._watch.watch(volume)
            self._take(parameters, newest)
            self.edits.forget()
            self._lookForEdits()
        elif newest is not None and newest.report is not parameters.report:
            self._take(parameters, newest)
            self.edits.forget()
            self._lookForEdits()
            self.reader.resultArrived()

    @staticmethod
    def _isOfAnother(report: vtkMRMLTextNode | None, imageID: str | None) -> bool:
        """Whether `report` is about another image: while a scene is read, the image changes and nobody is told."""
        return report is not None and report.GetNodeReferenceID(VOLUME_ROLE) != imageID

    def _lookForEdits(self) -> None:
        if self._parameters is not None:
            self.edits.look(self._parameters.segmentation, self._parameters.inputVolume)

    def _onText(self) -> None:
        """The report was changed where it is: by a script, or because a step was undone."""
        self._lookForEdits()
        self.refresh()

    @staticmethod
    def _take(parameters: BreastUSAIParameters, result: ResultNodes | None) -> None:
        wasModifying = parameters.StartModify()
        for name in ("segmentation", "heatMap", "table", "report"):
            setattr(parameters, name, None if result is None else getattr(result, name))
        parameters.EndModify(wasModifying)

    def _onCommitted(self) -> None:
        self.refresh()
        self.onAssessed()

    def _onFrame(self, frame: int) -> None:
        self._move(lambda volume, browser: goToFrame(volume, browser, frame))

    def _onLesion(self, lesion: Lesion) -> None:
        self._move(lambda volume, browser: centerOnLesion(volume, lesion, browser))

    def _move(self, move: Callable[[vtkMRMLVolumeNode, vtkMRMLSequenceBrowserNode | None], None]) -> None:
        volume = None if self._parameters is None else self._parameters.inputVolume
        if volume is None:
            return
        behind = sequenceBehind(volume)
        try:
            move(volume, None if behind is None else behind.browser)
        except BreastUSAIError as error:
            self._onProblem(sentenceOf(error))
