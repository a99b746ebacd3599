"""``python -m Testing.run_tests``: every test; the panel's run beside the others, and what they say comes after."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from Testing.conftest import WITH_QT


def main() -> int:
    """Run them on two cores; returns 0 where all passed."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        panel = subprocess.Popen(
            [sys.executable, "-m", "Testing.run_panel_tests"], stdout=said, stderr=subprocess.STDOUT
        )
        try:
            others = subprocess.run(
                [sys.executable, "-m", "pytest", *(f"--ignore={folder}" for folder in WITH_QT)]
            ).returncode
            status = panel.wait()
        finally:
            panel.kill()  # where this is interrupted
        said.seek(0)
        print(said.read(), end="")
    return 1 if others or status else 0


if __name__ == "__main__":
    sys.exit(main())
