"""Peak memory over the loaded models while one input is analysed and its results are written."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundle import load_default_models
from BreastUSAILib.report.result_folder import write_results

from .still import STILL, read_one

LIMIT_MB = 600


def peak_mb() -> float:
    """The largest resident size so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main(cine: Path, results: Path) -> int:
    """Print the growth of the peak; the status is 1 where it is over the limit."""
    analyzer = Analyzer(load_default_models(), "cpu")
    analyzer.analyze(read_one(STILL))
    before = peak_mb()
    frames = read_one(cine)
    started = time.perf_counter()
    analysis = analyzer.analyze(frames)
    analysed = time.perf_counter() - started
    after_analysis = peak_mb() - before
    results.mkdir()
    write_results(analysis, frames, results / "long")
    grown = peak_mb() - before
    size = f"{frames.count}-frame {frames.rows}x{frames.columns} colour cine"
    print(f"{size}: {frames.count / analysed:.1f} frames per second")
    print(f"peak memory of a {size} over the loaded models: {grown:.0f} MB ({after_analysis:.0f} MB without writing)")
    return int(grown > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
