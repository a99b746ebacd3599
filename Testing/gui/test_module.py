"""BreastUSAI.py as Slicer meets it: listed, imported without the networks, reloaded, and self tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import qt
import slicer

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LINES = 250


@pytest.fixture
def described(module):
    return module.BreastUSAI(SimpleNamespace(path=module.__file__)).parent


def test_the_module_says_what_it_is(described):
    assert described.title == "Breast Ultrasound AI"
    assert described.categories == ["Ultrasound"]
    assert "Research use only" in described.helpText


def test_the_module_has_an_icon():
    assert not qt.QIcon(str(ROOT / "BreastUSAI" / "Resources" / "Icons" / "BreastUSAI.png")).pixmap(64, 64).isNull()


def test_the_door_stays_thin(module):
    assert len(Path(module.__file__).read_text(encoding="utf-8").splitlines()) < LONGEST_LINES


def test_opening_the_panel_loads_no_network():
    program = (
        "import sys\n"
        "from Testing.host.application import start\n"
        "start()\n"
        "from BreastUSAILib.scene.host import openHost, publish\n"
        "publish(openHost())\n"
        "import BreastUSAI\n"
        "widget = BreastUSAI.BreastUSAIWidget()\n"
        "widget.enter()\n"
        "heavy = ('torch', 'monai', 'captum', 'pydicom', 'BreastUSAILib.engine.bundle')\n"
        "print([name for name in heavy if name in sys.modules])\n"
        "widget.cleanup()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )

    assert run.stdout.splitlines()[-1] == "[]"


def test_opening_the_panel_starts_no_process(panel, engine):
    assert engine.calls == []
    assert engine.requests == []


def test_developer_reload_forgets_the_library(widget, monkeypatch):
    kept = {name: loaded for name, loaded in sys.modules.items() if name.split(".")[0] == "BreastUSAILib"}
    during = []
    monkeypatch.setattr(
        slicer.ScriptedLoadableModule.ScriptedLoadableModuleWidget,
        "onReload",
        lambda _self: during.extend(name for name in sys.modules if name.split(".")[0] == "BreastUSAILib"),
    )

    try:
        widget.onReload()
        assert during == []
    finally:
        sys.modules.update(kept)


def test_the_self_test_passes_and_says_how_far_it_went(module, host, engine, monkeypatch):
    import unittest

    import BreastUSAILib.gui.engine_process
    import BreastUSAILib.gui.self_test

    said = []
    monkeypatch.setattr(BreastUSAILib.gui.engine_process, "EngineProcess", lambda: engine)
    monkeypatch.setattr(BreastUSAILib.gui.self_test, "PythonEnvironment", lambda: Nothing())
    monkeypatch.setattr(module.BreastUSAITest, "delayDisplay", lambda _self, message, *_more: said.append(message))
    result = unittest.TestResult()

    module.BreastUSAITest("runTest").run(result)

    assert result.errors == result.failures == []
    assert "not installed" in said[-1]
    assert engine.stops == 1


class Nothing:
    """An environment without any package."""

    def satisfies(self, _requirement: str) -> bool:
        return False
