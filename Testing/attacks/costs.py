"""What each attack costs: pytest's plugin of ``make attack``, which fails one that takes too much memory.

Time is told and not asserted: it says as much about the machine as about the product.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

MOST_MEMORY = 4_000_000_000
MOST_SECONDS = 10
_SHOWN = 5


@dataclass(frozen=True)
class Cost:
    """Of one test: seconds, and bytes that it took at most, of this process or of one that it started."""

    name: str
    seconds: float
    memory: int


COSTS: list[Cost] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Measure one test; too much memory is a failure."""
    before, children = _start_peak(), _peak_of_children()
    began = time.perf_counter()
    try:
        return (yield)
    finally:
        own, started = _peak() - before, _peak_of_children()
        taken = max(own, started) if started > children else own  # of children the largest ever is known
        cost = Cost(item.nodeid, time.perf_counter() - began, taken)
        COSTS.append(cost)
        if cost.memory > MOST_MEMORY:
            pytest.fail(f"took {cost.memory / 1e9:.1f} GB of memory, more than {MOST_MEMORY / 1e9:g} GB")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The costliest, and how many took longer than an attack should."""
    line = terminalreporter.write_line
    slow = sum(cost.seconds > MOST_SECONDS for cost in COSTS)
    line(f"{len(COSTS)} attacks; {slow} took more than {MOST_SECONDS} s. The costliest:")
    for cost in sorted(COSTS, key=lambda cost: -cost.seconds)[:_SHOWN]:
        line(f"  {cost.seconds:6.1f} s  {cost.name}")
    for cost in sorted(COSTS, key=lambda cost: -cost.memory)[:_SHOWN]:
        line(f"  {cost.memory / 1e9:6.2f} GB {cost.name}")


def _start_peak() -> int:
    """Forget this process's peak so far, where the system can; its memory now, in bytes."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak_of_children() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _peak() -> int:
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
