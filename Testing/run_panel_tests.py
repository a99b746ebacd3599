"""``python -m Testing.run_panel_tests``: the tests of client and panel, in a process of their own.

They are left out, and that is said, where Qt's libraries do not load. PySide6 6.12.0 gives away references that are
not its own (`Testing/host/qt/lasting_constants.py`), and keeps layout items that are gone
(`Testing/host/qt/layout_items.py`): both made it crash, far from the cause, and no crash has been seen since neither
happens. Should there be one all the same, and only then, the tests are run a second time; a test that fails is never
repeated.
"""

from __future__ import annotations

import signal
import subprocess
import sys

from Testing.conftest import WITH_QT, why_no_qt

CRASHED = (-signal.SIGSEGV, -signal.SIGABRT)
RUNS = 2  # at most


def main() -> int:
    """Run them; returns pytest's exit status."""
    if reason := why_no_qt():
        print(f"SKIPPED all of Testing/client and Testing/gui: Qt does not load: {reason}")
        return 0
    status = _pytest()
    for _again in range(RUNS - 1):
        if status not in CRASHED:
            break
        print("Qt crashed: the panel's tests are run once more", file=sys.stderr)
        status = _pytest()
    return 1 if status < 0 else status


def _pytest() -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *map(str, WITH_QT)]).returncode


if __name__ == "__main__":
    sys.exit(main())
