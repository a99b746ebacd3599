"""The blocks that a result fills: reader's assessment, result, overlay, edit; and the views that follow them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..engine.errors import BreastUSAIError
from ..scene.browsing import sequenceBehind
from ..scene.frames_from_node import currentFrame
from ..scene.hidden_arrival import HiddenArrival
from ..scene.lesion_views import centreOnLesion, goToFrame
from ..scene.overlay import setOverlaysVisible
from ..scene.result_links import linkResult, resultOf, setHidden
from .edit_section import EditSection
from .frame_watch import FrameWatch
from .overlay_section import OverlaySection
from .reader_section import ReaderSection
from .result_section import ResultSection
from .sentence import sentenceOf


class ResultBlocks:
    """Shows the newest result of the chosen image; in reader-first mode only after the reader's own assessment.

    Args:
        ui: the panel's widgets.
        onAnalyze: called when a heat map of another method or class is wanted.
        onRescore: called when edited outlines are to be scored.
        onProblem: told, in a sentence, why a frame or lesion cannot be shown.
    """

    def __init__(
        self,
        ui: Any,
        onAnalyze: Callable[[], None],
        onRescore: Callable[[], None],
        onProblem: Callable[[str], None],
    ) -> None:
        self._onProblem = onProblem
        self._parameters: Any = None
        self._imageID: str | None = None
        self._isHidden = False
        self._frameBefore = 0
        self._arrival = HiddenArrival()
        self.result, self.overlay = ResultSection(ui), OverlaySection(ui)
        self.reader = ReaderSection(ui, None, self.refresh)
        self.edit = EditSection(ui, None, onRescore)
        self.overlay.onAnalyzeAgain = onAnalyze
        self.result.onFrameChosen, self.result.onLesionChosen = self._onFrame, self._onLesion
        self._watch = FrameWatch(self.result.setCurrentFrame)

    def setParameterNode(self, parameters: Any) -> None:
        """Show the result that these parameters name from now on; None shows none."""
        self._parameters = parameters
        self._isHidden = False
        self.edit.setWaiting(False)
        volume = None if parameters is None else parameters.inputVolume
        self._imageID = None if volume is None else volume.GetID()
        self._watch.watch(volume)
        for section in (self.reader, self.result, self.overlay, self.edit):
            section.setParameterNode(parameters)
        self.refresh()

    def refresh(self) -> None:
        """Bring the blocks to the state of the parameters."""
        if self._parameters is None:
            return
        self._followImage()
        self.reader.refresh()
        isHidden = self.reader.isWaiting and self._parameters.report is not None
        if isHidden != self._isHidden:
            self._setHidden(isHidden)
        if isHidden:
            self.result.showWaiting()
            return
        self.result.refresh()
        self.overlay.refresh()
        self.edit.refresh()
        if self.result.report is not None:
            self.reader.resultShown()

    def arrived(self, nodes: Any, volume: Any) -> None:
        """Take over the result of an analysis of `volume`.

        The result of an image that is not chosen any more is kept for when it is chosen again. Where frames were
        treated as slices, the volume that was made of them is chosen from now on.
        """
        linkResult(nodes)
        parameters = self._parameters
        if parameters is None or parameters.inputVolume is not volume:
            return
        self._imageID = nodes.volume.GetID()
        if nodes.volume is not volume:
            parameters.treatAsSlices = False
            self.reader.follow(nodes.volume)
            parameters.inputVolume = nodes.volume
        self._watch.watch(nodes.volume)
        self._take(nodes)
        self.reader.resultArrived()
        self.refresh()
        if self._isHidden and nodes.volume is volume:
            self._onFrame(self._frameBefore)  # the key frame would tell where to look

    @property
    def isHidden(self) -> bool:
        """Whether there is a result that waits for the reader's assessment."""
        return self._isHidden

    def rescored(self) -> None:
        """The result's nodes were changed in place."""
        self.reader.resultArrived()
        self.refresh()

    def setBusy(self, isBusy: bool) -> None:
        """Whether the engine is at work; what it finds for a waiting reader arrives unseen."""
        self.edit.setBusy(isBusy)
        self._arrival.end()
        if isBusy and self.reader.isWaiting and self._parameters.inputVolume is not None:
            self._frameBefore = currentFrame(self._parameters.inputVolume)
            self._arrival.begin(self._parameters.inputVolume.GetScene())

    def enter(self) -> None:
        """The panel is shown."""
        self.edit.enter()

    def cleanup(self) -> None:
        """Let go of everything."""
        self._watch.stop()
        self._arrival.end()
        for section in (self.reader, self.result, self.overlay, self.edit):
            section.cleanup()
        self._parameters = None

    def _followImage(self) -> None:
        """Another image was chosen: its own newest result is shown, or none."""
        volume = self._parameters.inputVolume
        imageID = None if volume is None else volume.GetID()
        if imageID == self._imageID:
            return
        self._imageID = imageID
        self._watch.watch(volume)
        self._take(None if volume is None else resultOf(volume))

    def _take(self, result: Any) -> None:
        parameters = self._parameters
        wasModifying = parameters.StartModify()
        for name in ("segmentation", "heatMap", "table", "report"):
            setattr(parameters, name, None if result is None else getattr(result, name))
        parameters.EndModify(wasModifying)

    def _setHidden(self, isHidden: bool) -> None:
        self._isHidden = isHidden
        setHidden(self._parameters, isHidden)
        if isHidden:
            setOverlaysVisible(self._parameters, False)
        self.overlay.setParameterNode(None if isHidden else self._parameters)
        self.edit.setWaiting(isHidden)

    def _onFrame(self, frame: int) -> None:
        self._move(lambda volume, browser: goToFrame(volume, browser, frame))

    def _onLesion(self, lesion: dict[str, Any]) -> None:
        self._move(lambda volume, browser: centreOnLesion(volume, lesion, browser))

    def _move(self, move: Callable[[Any, Any], None]) -> None:
        volume = None if self._parameters is None else self._parameters.inputVolume
        if volume is None:
            return
        behind = sequenceBehind(volume)
        try:
            move(volume, None if behind is None else behind.browser)
        except BreastUSAIError as error:
            self._onProblem(sentenceOf(error))
