"""`make bench`: prints ``ratio still warm``, ``module open``, ``ratio click to result``, ``ratio beside a busy core``,
``longest step``, the frames per second of a cine, and the peak memory of a long one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from .cine import frames_per_second
from .long_cine import write_long_cine
from .still import measure_still


def main() -> int:
    """Run every measurement; returns the exit status."""
    still = measure_still()
    print(f"bare networks, forward and backward: {still.bare_ms:.1f} ms")
    print(f"still warm, reading the file included: {still.analyze_ms:.1f} ms")
    print(f"ratio still warm: {still.ratio:.2f}", flush=True)
    subprocess.run([sys.executable, "-m", "Testing.bench.module_open"], check=True)
    click = subprocess.run([sys.executable, "-m", "Testing.bench.warm_child"], check=False).returncode
    busy = subprocess.run([sys.executable, "-m", "Testing.bench.busy_core"], check=False).returncode
    step = subprocess.run([sys.executable, "-m", "Testing.bench.longest_step"], check=False).returncode
    print(f"cine frames per second: {frames_per_second():.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        cine = write_long_cine(Path(folder) / "long.dcm")
        command = [sys.executable, "-m", "Testing.bench.peak_memory", str(cine), str(Path(folder) / "results")]
        return subprocess.run(command, check=False).returncode or click or busy or step


if __name__ == "__main__":
    sys.exit(main())
