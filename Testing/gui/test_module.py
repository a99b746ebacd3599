"""BreastUSAI.py as Slicer meets it: listed, imported without the networks, reloaded, and self tested."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import qt
import slicer

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LINES = 310  # without docstrings; each keyword that scripts may give is passed on by name


@pytest.fixture
def described(module):
    return module.BreastUSAI(SimpleNamespace(path=module.__file__)).parent


def test_the_module_says_what_it_is(described):
    assert described.title == "Breast Ultrasound AI"
    assert described.categories == ["Ultrasound"]
    assert "Research use only" in described.helpText


def test_the_module_has_an_icon():
    assert not qt.QIcon(str(ROOT / "BreastUSAI" / "Resources" / "Icons" / "BreastUSAI.png")).pixmap(64, 64).isNull()


def test_the_door_stays_thin_but_for_what_it_tells_scripts(module):
    text = Path(module.__file__).read_text(encoding="utf-8")
    documented = [
        node.body[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None
    ]
    told = sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in documented)
    assert len(text.splitlines()) - told < LONGEST_LINES


def loaded_after(steps: str) -> set[str]:
    """The modules of a fresh application after these statements."""
    program = (
        "import sys\n"
        "from types import SimpleNamespace\n"
        "from Testing.host.application import start\n"
        "start()\n"
        "from BreastUSAILib.scene.mrml.host import openHost, publish\n"
        "publish(openHost())\n"
        "import BreastUSAI\n"
        f"{steps}\n"
        "print(*sys.modules)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    return set(run.stdout.splitlines()[-1].split())


def test_opening_the_panel_loads_no_network_and_nothing_else_that_takes_long():
    loaded = loaded_after("widget = BreastUSAI.BreastUSAIWidget()\nwidget.enter()")

    late = ("engine.bundles.bundle", "engine.bundles.model_folder", "scene.results.show", "client.jobs.analysis_job")
    assert "BreastUSAILib.gui.panel" in loaded
    assert loaded.isdisjoint(("torch", "monai", "captum", "pydicom", "scipy", "SimpleITK", "jsonschema"))
    assert loaded.isdisjoint(f"BreastUSAILib.{name}" for name in late)
    assert all((ROOT / "BreastUSAI" / "BreastUSAILib" / f"{name.replace('.', '/')}.py").is_file() for name in late)
    assert loaded.isdisjoint(("importlib.metadata", "subprocess"))


def test_listing_the_module_loads_nothing_of_its_library():
    loaded = loaded_after("BreastUSAI.BreastUSAI(SimpleNamespace(path=BreastUSAI.__file__))")

    # the library's own part of the stand-in host aside
    assert {name for name in loaded if name.startswith("BreastUSAILib.")} <= {
        "BreastUSAILib.scene",
        "BreastUSAILib.scene.mrml",
        "BreastUSAILib.scene.mrml.host",
    }


def test_the_phantoms_are_offered_once_the_application_has_started(module, monkeypatch):
    connected = []
    monkeypatch.setattr(slicer.app, "connect", lambda signal, slot: connected.append((signal, slot)), raising=False)
    offered = []
    monkeypatch.setattr("BreastUSAILib.gui.slicer.sample_data.registerSampleData", lambda: offered.append("phantoms"))

    module.BreastUSAI(SimpleNamespace(path=module.__file__))
    ((signal, slot),) = connected
    assert (signal, offered) == ("startupCompleted()", [])

    slot()
    assert offered == ["phantoms"]


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

    import BreastUSAILib.client.process.engine_process
    import BreastUSAILib.gui.slicer.self_test

    said = []
    monkeypatch.setattr(BreastUSAILib.client.process.engine_process, "EngineProcess", lambda temporaryFolder: engine)
    monkeypatch.setattr(BreastUSAILib.gui.slicer.self_test, "PythonEnvironment", lambda: Nothing())
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
