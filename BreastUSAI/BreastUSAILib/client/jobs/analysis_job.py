"""From a volume node of the scene to the findings beside it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError, Cancelled, InputError
from ...engine.findings.analysis import Analysis
from ...engine.images.frames import Frames
from ...engine.options import AnalyzeOptions
from ...scene.results.arrival import Arrival, shown
from ...scene.results.former_results import Former
from ...scene.results.show import SceneNodes, showAnalysis, showAnalysisInSteps
from ...scene.source.frames_from_node import framesFromNode
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..process.call import Listener
from ..stepped_work import SteppedWork, asError
from .asked_in_steps import Stage
from .input_watch import InputGone, InputWatch

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLVolumeNode


@dataclass(frozen=True)
class AnalyzedNodes(SceneNodes):
    """The nodes of one analysis, and the analysis itself."""

    analysis: Analysis = field(kw_only=True)


class AnalysisJob:
    """One analysis of one node; whatever keeps it from its end leaves nothing of it in the scene.

    Args:
        engine: what is asked; for `runBlocking` any `Engine` will do.
        volumeNode: the image.
        options: what is asked of the engine.
        source: how the node is to be understood.
        listener: hears of progress, and from `start` on of the end, always from the event loop: `onDone` gets
            `AnalyzedNodes`. Where image or scene go away meanwhile, `onFailed` gets an `InputGone`.
        arrival: how the findings enter the scene, asked while they do.
        former: what becomes of an earlier result of the same image.
    """

    def __init__(
        self,
        engine: BackgroundEngine,
        volumeNode: vtkMRMLVolumeNode | None,
        options: AnalyzeOptions,
        source: SourceOptions,
        listener: Listener,
        arrival: Callable[[], Arrival] = shown,
        former: Former = Former.KEEP_EDITED,
    ) -> None:
        self._engine = engine
        self._volumeNode = volumeNode
        self._options = options
        self._source = source
        self._listener = listener
        self._arrival, self._former = arrival, former
        self._watch: InputWatch | None = None
        self._stage: Stage | None = None
        self._gone: InputGone | None = None
        self._framesRead: Frames | None = None
        self._isCancelled = False

    @property
    def isRunning(self) -> bool:
        """Whether the listener has still to hear the end."""
        return self._stage is not None

    def start(self) -> None:
        """Begin, without waiting for anything."""
        if self._volumeNode is not None and self._volumeNode.GetScene() is not None:
            self._watch = InputWatch(self._volumeNode, self._onGone)
        self._stage = SteppedWork(self._read(), self._onRead, self._onFailed)

    def cancel(self) -> None:
        """Stop as soon as possible; the listener will hear `Cancelled`."""
        self._isCancelled = True
        if self._stage is not None:
            self._stage.cancel()

    def runBlocking(self) -> AnalyzedNodes:
        """Do it all and wait for it; the listener hears of progress alone. Raises BreastUSAIError."""
        frames = self._frames()
        progress = self._listener.onProgress
        analysis = self._engine.analyze(frames, self._options, progress, lambda: self._isCancelled)
        nodes = showAnalysis(analysis, frames, self._volumeNode, former=self._former, translate=_)
        return _analyzed(nodes, analysis)

    def onProgress(self, done: int, total: int, words: str) -> None:
        """The engine has come further."""
        self._listener.onProgress(done, total, words)

    def onDone(self, analysis: Analysis) -> None:
        """The engine is done: its findings go into the scene."""
        self._stage = SteppedWork(self._show(analysis), self._onShown, self._onFailed)
        if self._isCancelled or self._gone is not None:
            self._stage.cancel()

    def onFailed(self, error: BreastUSAIError) -> None:
        """The engine failed."""
        self._onFailed(error)

    def _frames(self) -> Frames:
        if self._volumeNode is None:
            raise InputError(_("no image was chosen"), remedy=_("Choose the volume that shows the ultrasound image"))
        return framesFromNode(self._volumeNode, self._source)

    def _read(self) -> Generator[None, None, Frames]:
        frames = self._frames()
        yield
        return frames

    def _onRead(self, frames: Frames) -> None:
        if self._isCancelled or self._gone is not None:  # after the last step of the reading, and before this
            self._onFailed(Cancelled())
            return
        self._framesRead = frames
        try:
            self._stage = self._engine.startAnalysis(frames, self._options, self)
        except Exception as error:
            self._onFailed(asError(error))

    def _show(self, analysis: Analysis) -> Generator[None, None, AnalyzedNodes]:
        assert self._framesRead is not None
        nodes = yield from showAnalysisInSteps(
            analysis, self._framesRead, self._volumeNode, arrival=self._arrival, former=self._former, translate=_
        )
        return _analyzed(nodes, analysis)

    def _onShown(self, nodes: AnalyzedNodes) -> None:
        self._end()
        self._listener.onDone(nodes)

    def _onFailed(self, error: BreastUSAIError) -> None:
        self._end()
        self._listener.onFailed(self._gone if self._gone is not None and isinstance(error, Cancelled) else error)

    def _onGone(self, reason: InputGone) -> None:
        self._gone = reason
        if self._stage is not None:
            self._stage.cancel()

    def _end(self) -> None:
        self._stage = None
        if self._watch is not None:
            self._watch.stop()


def _analyzed(nodes: SceneNodes, analysis: Analysis) -> AnalyzedNodes:
    return AnalyzedNodes(**vars(nodes), analysis=analysis)
