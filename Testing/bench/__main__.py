"""`make bench`: prints ``ratio still warm``, ``module open``, ``ratio click to result``, ``ratio beside a busy core``,
``longest step``, the frames per second of a cine, and the peak memory of a long one. Each line ends with the
number of processes that compete for the cores as it is printed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from .cine import frames_per_second
from .competing import say, say_all_of
from .long_cine import write_long_cine
from .still import measure_still


def main() -> int:
    """Run every measurement; returns the exit status."""
    still = measure_still()
    say(f"bare networks, forward and backward: {still.bare_ms:.1f} ms")
    say(f"still warm, reading the file included: {still.analyze_ms:.1f} ms")
    say(f"ratio still warm: {still.ratio:.2f}")
    failed = [
        say_all_of([sys.executable, "-m", f"Testing.bench.{name}"])
        for name in ("module_open", "warm_child", "busy_core", "longest_step")
    ]
    say(f"cine frames per second: {frames_per_second():.1f}")
    with tempfile.TemporaryDirectory() as folder:
        cine = write_long_cine(Path(folder) / "long.dcm")
        command = [sys.executable, "-m", "Testing.bench.peak_memory", str(cine), str(Path(folder) / "results")]
        return int(any((say_all_of(command), *failed)))


if __name__ == "__main__":
    sys.exit(main())
