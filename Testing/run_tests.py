"""``python -m Testing.run_tests``: every test, on two cores; the panel's run beside the others and are told after them.

The others are shared out between two processes, a file to one of them. Each process computes on one core: two that
compute on both wait for each other.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from Testing.conftest import WITH_QT

PROCESSES = 2
OTHERS = [
    *("-m", "pytest", "--numprocesses", str(PROCESSES), "--dist", "loadfile"),
    *(f"--ignore={folder}" for folder in WITH_QT),
]


def main() -> int:
    """Run them; returns 0 where all passed."""
    on_one_core = {**os.environ, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        panel = subprocess.Popen(
            [sys.executable, "-m", "Testing.run_panel_tests"], stdout=said, stderr=subprocess.STDOUT, env=on_one_core
        )
        try:
            others = subprocess.run([sys.executable, *OTHERS], env=on_one_core).returncode
            status = panel.wait()
        finally:
            panel.kill()  # where this is interrupted
        said.seek(0)
        print(said.read(), end="")
    return 1 if others or status else 0


if __name__ == "__main__":
    sys.exit(main())
