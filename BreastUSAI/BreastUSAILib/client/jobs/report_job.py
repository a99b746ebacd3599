"""From a result in the scene to report files in a folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...engine.errors import BreastUSAIError
from ...scene.results.report_contents import ReportContents, reportContentsInSteps
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..stepped_work import SteppedWork, asError

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLVolumeNode
    from ...scene.mrml.result_links import ResultNodes


class ReportJob:
    """Saves the reports of one result, without blocking; the scene is not changed.

    Args:
        engine: what writes the files.
        result: the image's result.
        volumeNode: the image.
        source: how the image is to be understood.
        params: ``output``, ``report`` and ``keepIdentity``, as ``saveReport`` takes them.
        onDone: gets its answer, a dict.
        onFailed: told why there are no files.
    """

    def __init__(
        self,
        engine: BackgroundEngine,
        result: ResultNodes | None,
        volumeNode: vtkMRMLVolumeNode | None,
        source: SourceOptions,
        params: dict[str, Any],
        onDone: Callable[[dict[str, Any]], None],
        onFailed: Callable[[BreastUSAIError], None],
    ) -> None:
        self._engine, self._params = engine, params
        self._onDone, self._onFailed = onDone, onFailed
        self._steps = reportContentsInSteps(result, volumeNode, source)
        self._stage: Any = None

    @property
    def isRunning(self) -> bool:
        """Whether the end has still to be told."""
        return self._stage is not None

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._stage = SteppedWork(self._steps, self._onRead, self.onFailed)

    def onProgress(self, done: int, total: int, words: str) -> None:
        """The engine is at work."""

    def onDone(self, answer: dict[str, Any]) -> None:
        """The files are there."""
        self._stage = None
        self._onDone(answer)

    def onFailed(self, error: BreastUSAIError) -> None:
        """There are none."""
        self._stage = None
        self._onFailed(error)

    def _onRead(self, contents: ReportContents) -> None:
        try:
            self._stage = self._engine.startReport(contents, self._params, self)
        except Exception as error:  # the edge: called by the event loop, where nobody would hear of it
            self.onFailed(asError(error))
