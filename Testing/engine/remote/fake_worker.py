"""The engine's process with the fake engine in it."""

from __future__ import annotations

import sys

from BreastUSAILib.cli.worker import run_worker
from Testing.engine.remote.fakes import FakeEngine

if __name__ == "__main__":
    sys.exit(run_worker(FakeEngine))
