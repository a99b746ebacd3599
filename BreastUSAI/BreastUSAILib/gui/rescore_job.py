"""From outlines as a reader left them to new findings in the table and the report of the same result."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ..engine.analysis import Analysis
from ..engine.errors import BreastUSAIError, InputError
from ..scene.browsing import sequenceBehind
from ..scene.edited_masks import editedMasks
from ..scene.frames_from_node import framesFromNode
from ..scene.rescored import showRescored
from ..scene.source_options import SourceOptions
from .job_listener import JobListener
from .rescoring import optionsOf
from .slices import asError
from .stored_report import storedReport


class RescoreJob:
    """Scores the outlines of the parameters' result, without blocking.

    Args:
        engine: `EngineProcess`, or what behaves like it.
        parameters: image and result.
        source: how the image is to be understood.
        listener: hears of progress and of the end: `onDone` gets the new analysis.

    Raises InputError where image or result are not there.
    """

    def __init__(self, engine: Any, parameters: Any, source: SourceOptions, listener: JobListener) -> None:
        report = storedReport(parameters.report)
        if report is None or parameters.segmentation is None or parameters.inputVolume is None:
            raise _nothingToScore()
        self._engine, self._source, self._listener = engine, source, listener
        self._options = optionsOf(report)
        self._volume, self._segmentation = parameters.inputVolume, parameters.segmentation
        self._table, self._report = parameters.table, parameters.report
        self._call: Any = None

    def start(self) -> None:
        """Send image and outlines to the engine. Raises what reading them raises."""
        behind = sequenceBehind(self._volume)
        browser = None if behind is None else behind.browser
        masks = editedMasks(self._segmentation, self._volume, browser)
        frames = framesFromNode(self._volume, self._source)
        self._call = self._engine.startAnalysis(frames, self._options, self, masks=masks)

    def cancel(self) -> None:
        """Stop; the nodes stay as they are."""
        if self._call is not None:
            self._call.cancel()

    def onProgress(self, done: int, total: int, words: str) -> None:
        """The engine is at work."""
        self._listener.onProgress(done, total, words)

    def onDone(self, analysis: Analysis) -> None:
        """The engine is done: the result's nodes are brought up to date, where they are still there."""
        nodes = (self._volume, self._segmentation, self._table, self._report)
        if any(node is None or node.GetScene() is None for node in nodes):
            self._listener.onFailed(_nothingToScore())
            return
        try:
            showRescored(analysis, *nodes)
        except Exception as error:  # the edge: called by the event loop, where nobody would hear of it
            self._listener.onFailed(asError(error))
            return
        self._listener.onDone(analysis)

    def onFailed(self, error: BreastUSAIError) -> None:
        """The engine could not; nothing was changed."""
        self._listener.onFailed(error)


def _nothingToScore() -> InputError:
    return InputError(_("image, outlines or findings are no longer in the scene"), remedy=_("Analyze the image again"))
