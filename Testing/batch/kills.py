"""``python -m Testing.batch.kills``: a batch that is killed at random moments, whole or a worker of it.

Says what was lost, doubled or left half-written; the status is 1 where anything was. With ``--real`` the inputs are
small pictures, read and analyzed by the shipped models; else by an engine that takes no time.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from PIL import Image

from BreastUSAILib.batch.job import RECEIPTS
from BreastUSAILib.batch.manifest import Manifest
from Testing.batch.fakes import analyzed
from Testing.report.samples import speckled_frame

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 3600.0


@dataclass(frozen=True)
class Toll:
    """What the kills left behind: nothing but `again`, which are inputs that were at work when they were killed."""

    kills_of_workers: int
    kills_of_batches: int
    inputs: int
    done: int
    lost: int
    doubled: int
    half_written: int
    again: int
    seconds: float

    @property
    def is_whole(self) -> bool:
        """Every input has one result, and nothing else is there."""
        return self.done == self.inputs and not self.lost and not self.doubled and not self.half_written


def write_inputs(folder: Path, count: int, real: bool) -> None:
    """So many inputs, each different."""
    folder.mkdir()
    for number in range(count):
        path = folder / f"exam{number:05}.png"
        if real:
            Image.fromarray(speckled_frame(96, 128, seed=number)).save(path)
        else:
            path.write_text(str(number))


def command(inputs: Path, output: Path, workers: int, real: bool) -> list[str]:
    """The batch, in a process of its own."""
    module = ["BreastUSAILib", "batch"] if real else ["Testing.batch.fake_batch"]
    limits = ["--workers", str(workers), "--retries", "20"]
    return [sys.executable, "-m", *module, str(inputs), "--output", str(output), *limits]


def workers_of(batch: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The worker processes of a batch that was started here."""
    found = []
    with suppress(psutil.Error):
        for child in psutil.Process(batch.pid).children():
            with suppress(psutil.Error):
                if "spawn_main" in " ".join(child.cmdline()):
                    found.append(child)
    return found


def killed_batch(beside: Path, inputs: int, kills: int, *, real: bool = False, seed: int = 0, workers: int = 2) -> Toll:
    """Run a batch, killing it or one of its workers `kills` times, then let it end. Raises TimeoutError."""
    chance = random.Random(seed)
    write_inputs(beside / "in", inputs, real)
    output = beside / "out"
    started, of_workers, of_batches = time.monotonic(), 0, 0
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "BreastUSAI"), str(ROOT)])}
    batch = None
    try:
        while True:
            if time.monotonic() - started > LONGEST_S:
                raise TimeoutError("the batch does not end")
            if batch is None:
                with open(beside / "said.txt", "ab") as said:
                    batch = subprocess.Popen(
                        command(beside / "in", output, workers, real), stdout=said, stderr=said, env=environment
                    )
            left = kills - of_workers - of_batches
            with suppress(subprocess.TimeoutExpired):
                batch.wait(chance.uniform(0.2, 4.0) if left else 5.0)
            if batch.returncode is not None:
                break
            if not left:
                continue
            there = workers_of(batch)
            if there and chance.random() < 0.7:
                with suppress(psutil.Error):
                    chance.choice(there).kill()
                of_workers += 1
            else:
                batch.kill()
                batch.wait()
                batch = None
                of_batches += 1
    finally:
        if batch is not None:
            batch.kill()
            batch.wait()
    return _toll(beside, inputs, of_workers, of_batches, time.monotonic() - started)


def _toll(beside: Path, inputs: int, of_workers: int, of_batches: int, seconds: float) -> Toll:
    output = beside / "out"
    with Manifest.read(output) as manifest:
        counts = manifest.counts()
        named = Counter(row["folder"] for row in manifest.rows("SELECT folder FROM results"))
        listed = sum(counts.values())
    there = {str(path.parent.relative_to(output)) for path in output.rglob("analysis.json")}
    others = [*output.glob("results/*/.*"), *(output / RECEIPTS).glob("*/*")]
    worked = Counter(analyzed(beside))
    return Toll(
        of_workers,
        of_batches,
        inputs,
        counts["done"],
        lost=inputs - len(set(named) & there),
        doubled=listed - inputs + sum(named.values()) - len(named) + len(there - set(named)),
        half_written=len(others),
        again=sum(worked.values()) - len(worked),
        seconds=seconds,
    )


def main() -> int:
    """The long form."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--inputs", type=int, default=2000)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--real", action="store_true")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        toll = killed_batch(Path(folder), chosen.inputs, chosen.kills, real=chosen.real, seed=chosen.seed)
    print(toll)
    return int(not toll.is_whole)


if __name__ == "__main__":
    sys.exit(main())
