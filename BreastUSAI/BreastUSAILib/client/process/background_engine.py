"""What the panel and its jobs ask of an engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ...engine.images.frames import Frames
from ...engine.interface import Engine, Masks
from ...engine.options import AnalyzeOptions, ExplainOptions, ModelChoice, Progress
from .call import Call, Listener

if TYPE_CHECKING:
    from ...scene.results.report_contents import ReportContents


class BackgroundEngine(Engine, Protocol):
    """An `Engine` that can also be asked without waiting, as `EngineProcess` can.

    `models` may be set and counts from the next question on; `deviceUsed` is where the models really ran.
    """

    models: ModelChoice
    deviceUsed: str | None  # noqa: N815

    @property
    def isAnalyzing(self) -> bool:
        """Whether an analysis is awaited, by anybody."""
        ...

    @property
    def logText(self) -> str:
        """What a person needs to find the cause of a failure."""
        ...

    def startAnalysis(
        self, frames: Frames, options: AnalyzeOptions, listener: Listener, masks: Masks | None = ...
    ) -> Call:
        """Analyze, or where masks are given re-score, without waiting; `listener.onDone` gets the Analysis."""
        ...

    def startCounterfactuals(self, frames: Frames, options: AnalyzeOptions, listener: Listener, masks: Masks) -> Call:
        """Check what the likelihood depends on, without waiting; `listener.onDone` gets the Counterfactuals."""
        ...

    def startExplaining(self, frames: Frames, masks: Masks, options: ExplainOptions, listener: Listener) -> Call:
        """Explain frames that were analyzed, without waiting; `listener.onDone` gets the `Explanations`."""
        ...

    def startRequest(self, method: str, params: Mapping[str, Any], listener: Listener) -> Call:
        """Ask one of the methods of `engine.remote` without waiting; `listener.onDone` gets the answer, a dict."""
        ...

    def startReport(self, contents: ReportContents, params: Mapping[str, Any], listener: Listener) -> Call:
        """Write a result's reports without waiting; `listener.onDone` gets the answer of ``saveReport``, a dict."""
        ...

    def saveReport(self, contents: ReportContents, params: Mapping[str, Any]) -> dict[str, Any]:
        """The same, waiting for it."""
        ...

    def request(self, method: str, params: Mapping[str, Any], progress: Progress | None = ...) -> dict[str, Any]:
        """Ask the same and wait."""
        ...

    def stop(self) -> None:
        """End what runs, whoever asked for it."""
        ...
