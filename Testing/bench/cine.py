"""How many frames of a cine are read, classified, explained, segmented and measured in a second."""

from __future__ import annotations

import time

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.model_folder import load_models

from .still import SAMPLES, read_one

CINE = SAMPLES / "cine_malignant_calibrated.dcm"


def frames_per_second() -> float:
    """Best of three on the CPU, after a warm-up."""
    analyzer = Analyzer(load_models(), "cpu")
    rates = []
    for _ in range(4):
        frames = read_one(CINE)
        started = time.perf_counter()
        analyzer.analyze(frames)
        rates.append(frames.count / (time.perf_counter() - started))
    return max(rates[1:])
