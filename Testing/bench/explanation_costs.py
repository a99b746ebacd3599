"""``python -m Testing.bench.explanation_costs``: what one map of each method costs beside the analysis of a still.

In processor time on one thread, so that a busy machine changes little. With ``--store`` the figures become those that
manual and tooltips tell (`engine/explanations/costs.json`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from statistics import median

import torch

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.model_folder import load_models
from BreastUSAILib.engine.explanations.costs import PATH
from BreastUSAILib.engine.explanations.registry import METHODS
from BreastUSAILib.engine.findings.explained import Explanations
from BreastUSAILib.engine.options import ExplainOptions

from .still import STILL, read_one

TURNS = 3
SHORT = 10
"""Methods with fewer passes are measured in so many turns, the others once."""

COMMAND = "python -m Testing.bench.explanation_costs --store"


def measure(made: Callable[[Explanations], object] = lambda found: None) -> dict[str, float]:
    """By the method's option: the processor time of one map over that of an analysis; `made` gets every map."""
    torch.set_num_threads(1)
    frames = read_one(STILL)
    analyzer = Analyzer(load_models(), "cpu")
    analysis = analyzer.analyze(frames)
    whole = median(_seconds(lambda: analyzer.analyze(frames)) for _ in range(TURNS))
    masks = {0: analysis.maps.labels(0)}
    times = {}
    for method in METHODS:
        options = ExplainOptions((method.option,), analysis.input.region_px)
        turns = TURNS if method.passes < SHORT else 1
        times[method.option] = (
            median(_seconds(lambda: made(analyzer.explain(frames, masks, options))) for _ in range(turns)) / whole  # noqa: B023
        )
        print(f"{method.option}: {times[method.option]:.2f} times the analysis of a still", flush=True)
    return times


def main() -> int:
    """Measure, and store where that is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", action="store_true", help="keep the figures as those that are told")
    store = parser.parse_args().store
    times = {option: float(f"{value:.2g}") for option, value in measure().items()}
    if store:
        what = "Processor time of one map over that of the analysis of a still with its heat map, on one thread."
        document = {"what": what, "command": COMMAND, "torch": torch.__version__, "times": times}
        PATH.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
