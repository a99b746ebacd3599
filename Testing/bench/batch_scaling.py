"""``python -m Testing.bench.batch_scaling``: the rate of a batch with one worker and with two, and whether it holds.

Phantoms through the shipped models. The rates are those between the first and the last input that was begun, so that
the start of the workers does not count; ``last tenth`` is the rate over the last tenth of the inputs as a share of that
over the first tenth. Beside each figure stands how many other processes wanted a core, on average.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from BreastUSAILib.batch.manifest import Manifest
from BreastUSAILib.phantom.samples import generate

MODULE = Path(__file__).resolve().parents[2] / "BreastUSAI"


@dataclass(frozen=True)
class Rate:
    """Inputs a second, that of the last tenth as a share of the first tenth's, and the machine's load meanwhile."""

    per_second: float
    last_tenth: float
    competing: float
    peak_mb: float


def measure(inputs: Path, output: Path, workers: int) -> Rate:
    """Run one batch in a process of its own."""
    command = [sys.executable, "-m", "BreastUSAILib", "batch", str(inputs), "--output", str(output)]
    environment = {**os.environ, "PYTHONPATH": str(MODULE)}
    run = subprocess.Popen(
        [*command, "--workers", str(workers)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    loads = []
    peak = 0.0
    import psutil

    batch = psutil.Process(run.pid)
    while run.poll() is None:
        loads.append(_wanting_a_core(run.pid))
        try:
            peak = max(peak, batch.memory_info().rss / 1e6)
            run.wait(1.0)
        except (psutil.Error, subprocess.TimeoutExpired):
            continue
    if run.returncode:
        raise RuntimeError("the batch failed")
    with Manifest.read(output) as manifest:
        ends = sorted(row["began"] + row["seconds"] for row in manifest.rows("SELECT began, seconds FROM inputs"))
    ends = ends[2 * workers :]  # the first of each worker loads the models
    tenth = max(2, len(ends) // 10)
    first, last = ends[tenth - 1] - ends[0], ends[-1] - ends[-tenth]
    return Rate((len(ends) - 1) / (ends[-1] - ends[0]), first / last, sum(loads) / len(loads), peak)


def _wanting_a_core(own: int) -> int:
    """Processes that run or could, but for those of the batch and this one."""
    import psutil

    mine = {os.getpid(), own, *(child.pid for child in psutil.Process(os.getpid()).children(recursive=True))}
    return sum(
        one.info["status"] == psutil.STATUS_RUNNING and one.pid not in mine for one in psutil.process_iter(["status"])
    )


def main() -> int:
    """Print one line for each number of workers, and their ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--inputs", type=int, default=200)
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "in"
        generate(inputs, chosen.inputs, None, 0)
        rates = {}
        for workers in chosen.workers:
            rate = rates[workers] = measure(inputs, Path(folder) / f"out{workers}", workers)
            print(
                f"batch with {workers} workers: {rate.per_second:.2f} inputs per second, last tenth / first tenth "
                f"{rate.last_tenth:.2f}, {rate.peak_mb:.0f} MB at most in the batch's own process "
                f"({rate.competing:.1f} processes competing)",
                flush=True,
            )
    first, *others = chosen.workers
    for workers in others:
        print(f"{workers} workers / {first}: {rates[workers].per_second / rates[first].per_second:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
