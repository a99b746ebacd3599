"""An engine's process whose models are made up, and what can be asked of it."""

from __future__ import annotations

import sys
from pathlib import Path

from BreastUSAILib.client.process.engine_process import EngineCommand, EngineProcess
from BreastUSAILib.engine.options import AnalyzeOptions
from Testing.engine.remote.fakes import FAKE_WORKER, PYTHONPATH

FAKE = EngineCommand(sys.executable, FAKE_WORKER, {"PYTHONPATH": PYTHONPATH})
ALL = AnalyzeOptions()


def callFolders(folder: Path) -> list[Path]:
    """What the calls of the engines in that temporary folder have left in it."""
    return [path for path in folder.glob("*/*") if path.is_dir()]


def pidOf(engine: EngineProcess) -> int:
    """The number of the process, which is started where there is none."""
    return engine.request("hello", {})["pid"]
