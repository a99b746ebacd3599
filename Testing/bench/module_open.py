"""Processor time of opening the module, in an interpreter that has Qt and Slicer's own classes, and nothing of it.

Processor time, because other programs on the machine do not count in it; no time is asserted anywhere. The sources are
compiled before, by an interpreter that opens the module too: Slicer compiles them when an extension is used first after
it was installed, and a setting such as PYTHONDONTWRITEBYTECODE would otherwise decide whether that is in the figure.

It is measured twice: in a host without a window, where PySide6 must first make Python classes and enums of every Qt
class that the panel has, and after a window of Qt's own widgets was open, as Slicer always has one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from Testing.host.application import start

start()  # before anything that imports qt

import qt  # noqa: E402
import slicer  # noqa: E402

from BreastUSAILib.scene.mrml.host import openHost, publish  # noqa: E402

FORM = Path(__file__).resolve().parents[2] / "BreastUSAI" / "Resources" / "UI" / "BreastUSAI.ui"
MEASURE, BESIDE_A_WINDOW = "--measure", "--beside-a-window"


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


def open_window() -> qt.QWidget:
    """A window with one of each of Qt's own widgets that the panel has."""
    form = FORM.read_text(encoding="utf-8")
    window = qt.QWidget()
    for name in sorted(set(re.findall(r'<widget class="(Q\w+)"', form))):
        getattr(qt, name)(window)
    window.show()
    qt.QApplication.processEvents()
    assert window.children()
    return window


def measure(beside_a_window: bool) -> None:
    """Print the times of the first opening and of the next one."""
    publish(openHost())
    assert slicer.mrmlScene is not None
    window = open_window() if beside_a_window else None
    where = "a host without a window" if window is None else "a host with a window"
    for which in (f"in {where}", "again"):
        began = time.process_time()
        close = open_module()
        print(f"module open, {which}: {1000 * (time.process_time() - began):.0f} ms of processor time", flush=True)
        close()


def main() -> int:
    """Measure in an interpreter of its own, once the sources are compiled."""
    if sys.argv[1:2] == [MEASURE]:
        measure(BESIDE_A_WINDOW in sys.argv)
        return 0
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "Testing.bench.module_open", MEASURE]
    with tempfile.TemporaryDirectory() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(command, env=environment, check=True)
        subprocess.run([*command, BESIDE_A_WINDOW], env=environment, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
