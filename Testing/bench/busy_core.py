"""A cine in the engine's process alone, and the same beside a program that keeps one core busy.

Measured in turns in one run. Where threads wait by spinning the ratio is 5 to 10; shared fairly, two cores and three
threads make it 1.5 to 2.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable
from contextlib import contextmanager
from statistics import median

from Testing.host.application import start

start()  # before anything that imports qt

from BreastUSAILib.client.process.engine_process import EngineProcess, ModelChoice  # noqa: E402

from .cine import CINE  # noqa: E402
from .still import read_one  # noqa: E402
from .warm_child import milliseconds  # noqa: E402

TURNS = 5
MOST = 2.5


def spin() -> None:
    """Keep a core busy until killed."""
    while True:
        pass


@contextmanager
def busy_core():
    """Within this block another program takes all that one core has."""
    process = multiprocessing.get_context("spawn").Process(target=spin, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def beside(work: Callable[[], object]) -> float:
    """Its milliseconds beside a busy core."""
    with busy_core():
        return milliseconds(work)


def main() -> int:
    """Print both times and their ratio; the status is 1 where the ratio is over `MOST`."""
    frames, engine = read_one(CINE), EngineProcess()
    engine.models = ModelChoice(device="cpu")
    try:
        engine.analyze(frames)
        pairs = [
            (milliseconds(lambda: engine.analyze(frames)), beside(lambda: engine.analyze(frames))) for _ in range(TURNS)
        ]
    finally:
        engine.stop()
    ratio = median(busy / alone for alone, busy in pairs)
    print(f"cine of {frames.count} frames in the engine's process: {median(alone for alone, _ in pairs):.0f} ms")
    print(f"the same beside a busy core: {median(busy for _, busy in pairs):.0f} ms")
    print(f"ratio beside a busy core: {ratio:.2f} (at most {MOST})")
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
