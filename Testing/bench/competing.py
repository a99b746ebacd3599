"""How many other processes take part of the cores while something is measured: a disturbed run is seen by that."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 0.3
_SHARE = 0.2  # of one core: less does not disturb


@dataclass(frozen=True)
class Usage:
    """One process: who started it, and the seconds of a core that all its threads took so far."""

    parent: int
    seconds: float


def usages(processes: Path = Path("/proc")) -> dict[int, Usage]:
    """Every process by its number; empty where the system does not list them as files."""
    ticks, found = os.sysconf("SC_CLK_TCK"), {}
    for file in processes.glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        found[int(file.parent.name)] = Usage(int(fields[1]), (int(fields[11]) + int(fields[12])) / ticks)
    return found


def competing(before: Mapping[int, Usage], after: Mapping[int, Usage], own: int, seconds: float) -> int:
    """How many processes took a fifth of a core or more in between, `own` and what it started left out."""

    def is_own(number: int) -> bool:
        while number in after and number != own:
            number = after[number].parent
        return number == own

    return sum(
        number in before and now.seconds - before[number].seconds >= _SHARE * seconds and not is_own(number)
        for number, now in after.items()
    )


def say(line: str) -> None:
    """Print a line of the benchmark with the number of processes that compete for the cores as it is printed."""
    before = usages()
    time.sleep(_SECONDS)
    after = usages()
    number = str(competing(before, after, os.getpid(), _SECONDS)) if after else "unknown"
    print(f"{line} [competing processes: {number}]", flush=True)


def say_all_of(command: Sequence[str]) -> int:
    """Run a measurement and `say` what it prints once it has ended, so that nothing disturbs it; its exit status."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    for line in done.stdout.splitlines():
        say(line)
    return done.returncode
