"""Processor time of opening the module, in an interpreter that has Qt and Slicer's own classes, and nothing of it.

Processor time, because other programs on the machine do not count in it; no time is asserted anywhere. The sources are
compiled before, by an interpreter that opens the module too: Slicer compiles them when an extension is used first after
it was installed, and a setting such as PYTHONDONTWRITEBYTECODE would otherwise decide whether that is in the figure.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from Testing.host.application import start

start()  # before anything that imports qt

import qt  # noqa: E402
import slicer  # noqa: E402

from BreastUSAILib.scene.host import openHost, publish  # noqa: E402

MEASURE = "--measure"


def open_module() -> Callable[[], None]:
    """Import the module where it is not yet, build its widget, enter it and paint it; returns what closes it again."""
    import BreastUSAI

    widget = BreastUSAI.BreastUSAIWidget()
    widget.enter()
    qt.QApplication.processEvents()

    def close() -> None:
        widget.exit()
        widget.cleanup()

    return close


def measure() -> None:
    """Print the times of the first opening and of the next one."""
    publish(openHost())
    assert slicer.mrmlScene is not None
    for which in ("first", "again"):
        began = time.process_time()
        close = open_module()
        print(f"module open, {which}: {1000 * (time.process_time() - began):.0f} ms of processor time", flush=True)
        close()


def main() -> int:
    """Measure in an interpreter of its own, once the sources are compiled."""
    if sys.argv[1:] == [MEASURE]:
        measure()
        return 0
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "Testing.bench.module_open", MEASURE]
    with tempfile.TemporaryDirectory() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(command, env=environment, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
