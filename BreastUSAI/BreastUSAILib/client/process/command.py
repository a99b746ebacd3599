"""How the engine's process is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import qt
import slicer

from ...engine.device import waiting_passively

MODULE_FOLDER = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class EngineCommand:
    """A program with its arguments, and what is added to the environment that it inherits."""

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self, process: qt.QProcess) -> None:
        """Start it; `process` tells whether that worked."""
        environment = qt.QProcessEnvironment.systemEnvironment()
        for name, value in self.environment.items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.start(self.program, list(self.arguments))


def workerCommand() -> EngineCommand:
    """``PythonSlicer -m BreastUSAILib worker`` of the running application; outside it, this program's own Python."""
    known = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(MODULE_FOLDER), known] if known else [str(MODULE_FOLDER)])
    environment = {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8:backslashreplace", **waiting_passively()}
    return EngineCommand(_python(), ("-m", "BreastUSAILib", "worker"), environment)


def _python() -> str:
    application = getattr(slicer, "app", None)
    home = "" if application is None else application.slicerHome
    launcher = os.path.join(home, "bin", "PythonSlicer.exe" if os.name == "nt" else "PythonSlicer")
    return launcher if home and os.path.isfile(launcher) else sys.executable
