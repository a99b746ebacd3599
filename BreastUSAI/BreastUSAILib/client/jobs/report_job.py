"""From a result in the scene to report files in a folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...engine.errors import BreastUSAIError
from ...scene.results.report_contents import ReportContents, reportContentsInSteps
from ...scene.source.source_options import SourceOptions
from ..process.background_engine import BackgroundEngine
from ..process.call import Listener
from .asked_in_steps import AskedInSteps, Stage
from .listener import JobListener, ignored

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
        self._contents = reportContentsInSteps(result, volumeNode, source)
        self._work = AskedInSteps(JobListener(ignored, onDone, onFailed), lambda: self._contents, self._ask)

    @property
    def isRunning(self) -> bool:
        """Whether the end has still to be told."""
        return self._work.isRunning

    def start(self) -> None:
        """Begin, without waiting for anything."""
        self._work.start()

    def _ask(self, contents: ReportContents, listener: Listener) -> Stage:
        return self._engine.startReport(contents, self._params, listener)
