"""Peak memory over the loaded models while one input is analyzed and its results are written."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.model_folder import load_models
from BreastUSAILib.report.result_folder import write_results

from .still import STILL, read_one

LIMIT_MB = 600
_SAMPLE_S = 0.02


def resident_mb() -> float:
    """Resident size of this process, in MB."""
    return psutil.Process().memory_info().rss / 1e6


@contextmanager
def watched_peak() -> Iterator[list[float]]:
    """A list whose one value is the largest resident size seen inside the block, in MB."""
    peak = [resident_mb()]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_S):
            peak[0] = max(peak[0], resident_mb())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def main(cine: Path, results: Path) -> int:
    """Print the peak's growth; the status is 1 where it is over the limit."""
    analyzer = Analyzer(load_models(), "cpu")
    analyzer.analyze(read_one(STILL))
    before = resident_mb()
    frames = read_one(cine)
    started = time.perf_counter()
    with watched_peak() as analyzing:
        analysis = analyzer.analyze(frames)
    seconds = time.perf_counter() - started
    results.mkdir()
    with watched_peak() as writing:
        write_results(analysis, frames, results / "long")
    grown = max(analyzing[0], writing[0]) - before
    size = f"{frames.count}-frame {frames.rows}x{frames.columns} color cine"
    print(f"{size}: {frames.count / seconds:.1f} frames per second")
    print(f"peak memory of a {size} over the loaded models: {grown:.0f} MB ({analyzing[0] - before:.0f} MB analyzing)")
    return int(grown > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
