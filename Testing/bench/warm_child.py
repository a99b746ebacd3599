"""From the click to the nodes in the scene on a warm child process, against the engine's own time for the same frame.

Measured in turns in one run, so that both see the same machine.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from Testing.host.application import start

start()  # before anything that imports qt

import qt  # noqa: E402

from BreastUSAILib.client.jobs.analysis_job import AnalysisJob  # noqa: E402
from BreastUSAILib.client.process.engine_process import EngineProcess, ModelChoice  # noqa: E402
from BreastUSAILib.engine.analyzer import Analyzer  # noqa: E402
from BreastUSAILib.engine.bundles.model_folder import load_models  # noqa: E402
from BreastUSAILib.engine.errors import BreastUSAIError  # noqa: E402
from BreastUSAILib.engine.options import AnalyzeOptions  # noqa: E402
from BreastUSAILib.scene.images.volume_node import addVolumeNode  # noqa: E402
from BreastUSAILib.scene.mrml.host import openHost, publish  # noqa: E402
from BreastUSAILib.scene.source.frames_from_node import framesFromNode  # noqa: E402
from BreastUSAILib.scene.source.source_options import SourceOptions  # noqa: E402

from .still import STILL, read_one  # noqa: E402

TURNS, WARMING = 25, 5
MOST = 1.3


class Click:
    """One press of the button: a job, and the events until it has ended."""

    def __init__(self, engine: EngineProcess, volumeNode: Any) -> None:
        self._ended: Any = None
        self._job = AnalysisJob(engine, volumeNode, AnalyzeOptions(), SourceOptions(), self)

    def __call__(self) -> None:
        """Raises BreastUSAIError where there is no result."""
        self._job.start()
        while self._ended is None:
            qt.QCoreApplication.processEvents(qt.QEventLoop.WaitForMoreEvents)
        if isinstance(self._ended, BreastUSAIError):
            raise self._ended

    def onProgress(self, done: int, total: int, words: str) -> None:
        """Not shown here."""

    def onDone(self, nodes: Any) -> None:
        """The findings are in the scene."""
        self._ended = nodes

    def onFailed(self, error: BreastUSAIError) -> None:
        """They are not."""
        self._ended = error


def milliseconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def main() -> int:
    """Print both times and their ratio; the status is 1 where the ratio is over `MOST`."""
    host = openHost()
    publish(host)
    volumeNode = addVolumeNode(host.scene, read_one(STILL))
    frames = framesFromNode(volumeNode)
    analyzer, engine = Analyzer(load_models(), "cpu"), EngineProcess()
    engine.models = ModelChoice(device="cpu")
    try:
        pairs = [
            (milliseconds(lambda: analyzer.analyze(frames)), milliseconds(Click(engine, volumeNode)))
            for _ in range(TURNS)
        ][WARMING:]
    finally:
        engine.stop()
    ratio = median(click / own for own, click in pairs)
    print(f"engine's own time for a still: {median(own for own, _ in pairs):.1f} ms")
    print(f"click to result on a warm child: {median(click for _, click in pairs):.1f} ms")
    print(f"ratio click to result: {ratio:.2f} (at most {MOST})")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
