"""An engine without networks that does what the name of its input says, and the process around it."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from BreastUSAILib.engine.errors import Cancelled, DependencyError, ModelError
from BreastUSAILib.engine.findings.analysis import Analysis, ModelIdentity
from BreastUSAILib.engine.findings.maps import StoredMaps
from BreastUSAILib.engine.images.frames import Frames, Rectangle
from BreastUSAILib.engine.images.letterbox import Letterbox
from BreastUSAILib.engine.options import AnalyzeOptions, ModelChoice
from Testing.report.samples import analysis_of

ROOT = Path(__file__).resolve().parents[3]
PYTHONPATH = os.pathsep.join([str(ROOT / "BreastUSAI"), str(ROOT)])
FAKE_WORKER = ("-m", "Testing.engine.remote.fake_worker")


def found_in(frames: Frames, options: AnalyzeOptions, device: str = "cpu") -> Analysis:
    """The analysis that the fake engine gives: the mean gray value of a frame is in its heat map's first cell."""
    indices = tuple(options.frames.indices(frames.count))
    analysis = analysis_of(frames, analyzed=indices)
    maps = StoredMaps(Letterbox(frames.rows, frames.columns, Rectangle(0, 0, frames.columns, frames.rows), 64))
    for index in indices:
        heat = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
        heat[0, 0] = frames.gray(index).mean() / 255
        maps.store(index, analysis.maps.labels(index), heat)
    return replace(analysis, maps=maps, device=device)


class FakeEngine:
    """Finds the same in every input; some names of inputs make it misbehave."""

    def __init__(self, choice: ModelChoice) -> None:
        if choice.classifier == "missing":
            raise ModelError("there is no model named 'missing'", remedy="Choose from none")
        if choice.classifier == "without torch":
            raise DependencyError("the Python package torch is not installed", remedy="Install it")
        identity = ModelIdentity("classification", choice.classifier or "shipped", "1.0.0", "a" * 64)
        self.models: Any = SimpleNamespace(
            classifier=SimpleNamespace(identity=identity), segmenter=SimpleNamespace(identity=identity)
        )
        self.device = choice.device

    def analyze(self, frames, options=None, progress=None, cancelled=None) -> Analysis:
        _misbehave(frames.name, progress, cancelled or _never)
        options = options or AnalyzeOptions()
        indices = options.frames.indices(frames.count)
        for done, index in enumerate(indices, start=1):
            if cancelled is not None and cancelled():
                raise Cancelled
            if progress is not None:
                progress(done, len(indices), f"frame {index + 1} of {frames.count}")
        return replace(found_in(frames, options, self.device), models=(self.models.classifier.identity,))

    def rescore(self, frames, masks, options=None, progress=None, cancelled=None) -> Analysis:
        analysis = self.analyze(frames, options, progress, cancelled)
        for index, labels in masks.items():
            analysis.maps.store(index, labels, np.zeros((1, 1), dtype=np.float32))
        return analysis


def _misbehave(name: str, progress, cancelled) -> None:
    if name == "slow":
        while not cancelled():
            threading.Event().wait(0.01)
        raise Cancelled
    if name == "stuck":
        if progress is not None:
            progress(0, 1, "stuck")
        threading.Event().wait()
    if name == "crash":
        os.abort()
    if name == "leaves":
        sys.exit(3)
    if name == "defect":
        raise ZeroDivisionError("float division\nby zero")
    if name == "hungry":
        raise MemoryError
    if name == "noisy":
        print('{"jsonrpc": "2.0", "id": 2, "result": {}}', flush=True)
        os.write(1, b"from a library\n")
        ctypes.CDLL(None).puts(b"from C")


def _never() -> bool:
    return False
