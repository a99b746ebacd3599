"""An engine and an installer that do what a test says, with the interfaces that the panel is handed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from BreastUSAILib.client.installing.install_failure import InstallError
from BreastUSAILib.engine.errors import Cancelled
from BreastUSAILib.engine.options import ModelChoice
from Testing.scene.analyses import analysis_of

SHIPPED = {
    "name": "classifier_shipped",
    "path": "/models/classifier_shipped",
    "added": False,
    "task": "classification",
    "version": "1.0.0",
    "sha256": "a" * 64,
    "sizeBytes": 12_000_000,
    "problem": None,
}
ADDED = {**SHIPPED, "name": "classifier_added", "path": "/models/classifier_added", "added": True, "version": "2.1.0"}
OUTLINES = {**SHIPPED, "name": "outlines_added", "path": "/models/outlines", "added": True, "task": "segmentation"}
DAMAGED = {
    "name": "damaged",
    "path": "/models/damaged",
    "added": True,
    **dict.fromkeys(("task", "version", "sha256", "sizeBytes")),
    "problem": "/models/damaged: the SHA-256 of model.pt is another one. Install the bundle again.",
}


@dataclass
class FakeCall:
    """Work that the test ends: `finish`, `fail`, or `cancel` followed by what the panel does."""

    listener: Any
    frames: Any = None
    options: Any = None
    masks: Any = None
    method: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    cancelled: bool = False

    def progress(self, done: int, total: int, words: str = "Analyzing") -> None:
        self.listener.onProgress(done, total, words)

    def finish(self, result: Any = None) -> None:
        self.listener.onDone(analysis_of(self.frames) if result is None and self.frames is not None else result)

    def fail(self, error: Exception) -> None:
        self.listener.onFailed(error)

    def cancel(self) -> None:
        self.cancelled = True
        self.listener.onFailed(Cancelled())


@dataclass
class FakeEngine:
    """Keeps what it was asked, newest last, and answers when the test wants it."""

    models: ModelChoice = field(default_factory=ModelChoice)
    deviceUsed: str | None = None
    logText: str = ""
    isAnalyzing: bool = False
    stops: int = 0
    calls: list[FakeCall] = field(default_factory=list)
    requests: list[FakeCall] = field(default_factory=list)
    answer: Callable[[str, dict[str, Any]], Any] = lambda method, params: {}

    def startAnalysis(self, frames: Any, options: Any, listener: Any, masks: Any = None) -> FakeCall:
        self.calls.append(FakeCall(listener, frames, options, masks))
        return self.calls[-1]

    def startCounterfactuals(self, frames: Any, options: Any, listener: Any, masks: Any) -> FakeCall:
        self.calls.append(FakeCall(listener, frames, options, masks, method="counterfactuals"))
        return self.calls[-1]

    def startExplaining(self, frames: Any, masks: Any, options: Any, listener: Any) -> FakeCall:
        self.calls.append(FakeCall(listener, frames, options, masks, method="explain"))
        return self.calls[-1]

    def startRequest(self, method: str, params: dict[str, Any], listener: Any) -> FakeCall:
        self.requests.append(FakeCall(listener, method=method, params=params))
        return self.requests[-1]

    def startReport(self, contents: Any, params: dict[str, Any], listener: Any) -> FakeCall:
        self.requests.append(FakeCall(listener, frames=contents.frames, method="saveReport", params=params))
        return self.requests[-1]

    def saveReport(self, contents: Any, params: dict[str, Any]) -> Any:
        self.requests.append(FakeCall(None, frames=contents.frames, method="saveReport", params=params))
        return self.answer("saveReport", params)

    def request(self, method: str, params: dict[str, Any], progress: Any = None) -> Any:
        self.requests.append(FakeCall(None, method=method, params=params))
        if progress is not None:
            progress(1, 1, "done")
        return self.answer(method, params)

    def stop(self) -> None:
        self.stops += 1


@dataclass
class FakeInstaller:
    """What is missing, and how the next installation ends."""

    lacking: list[str] = field(default_factory=list)
    error: InstallError | None = None
    logText: str = ""
    steps: list[str] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    def missing(self) -> list[str]:
        return self.lacking

    def install(self, onMessage: Callable[[str], None]) -> None:
        self._run("install", onMessage)

    def repair(self, onMessage: Callable[[str], None]) -> None:
        self._run("repair", onMessage)

    def installFromFolder(self, path: str, onMessage: Callable[[str], None]) -> None:
        self._run(f"folder {path}", onMessage)

    def _run(self, step: str, onMessage: Callable[[str], None]) -> None:
        self.steps.append(step)
        onMessage("Collecting torch")
        self.during()
        if self.error is not None:
            raise self.error
        self.lacking = []
