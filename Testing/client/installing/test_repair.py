"""A damaged installation is mended, and the engine tried, without the window standing still."""

from __future__ import annotations

import pytest
import qt

from BreastUSAILib.client.installing.install_failure import InstallError
from BreastUSAILib.client.installing.installer import Installer
from BreastUSAILib.client.installing.python_environment import Condition
from BreastUSAILib.client.jobs.listener import awaited
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.gui import panel as panel_module


def test_what_runs_is_not_repaired(installer, whole, person, checks, messages):
    installer.repair(messages.append)

    assert (whole.calls, person.asked) == ([], [])
    assert checks == ["checked"]
    assert "nothing to repair" in messages[-1]


def test_a_package_that_lacks_a_library_is_removed_and_installed_again(installer, whole, person, messages):
    library = whole.site / "torch/lib/libtorch.so"
    library.unlink()

    installer.repair(messages.append)

    assert whole.calls[0] == ["uninstall", "torch", "--yes"]
    assert whole.calls[1][:2] == ["install", "torch>=2.2"]
    assert "numpy==2.4.6" in whole.constraints[1]
    assert "removed first: torch." in person.asked[0]
    assert whole.environment.package("torch").condition is Condition.INSTALLED


def test_where_all_seems_well_but_the_engine_does_not_run_all_is_replaced(whole, person, messages):
    checks = []

    def failingOnce():
        checks.append("checked")
        if len(checks) == 1:
            raise ModelError("the engine ended", remedy="Repair")

    Installer(person, failingOnce, whole.environment).repair(messages.append)

    assert whole.calls[0] == ["uninstall", "torch", "captum", "monai", "reportlab", "--yes"]
    assert len(checks) == 2


def test_a_package_in_use_is_not_reported_as_repaired(installer, whole, messages):
    (whole.site / "torch/lib/libtorch.so").unlink()
    whole.fails["uninstall"] = "ERROR: ... [WinError 5] Access is denied: 'c10.dll'"

    with pytest.raises(InstallError, match="could not be written") as failure:
        installer.repair(messages.append)

    assert failure.value.cause == "disk"
    assert "Restart Slicer" in failure.value.remedy


def test_a_missing_package_is_repaired_too(installer, pip, person, messages):
    installer.repair(messages.append)

    assert installer.missing() == []
    assert "removed" not in person.asked[0]


def test_the_window_goes_on_while_the_engine_is_tried(engine):
    turns, timer = [], qt.QTimer()
    timer.timeout.connect(
        lambda: (turns.append(len(engine.requests)), len(turns) == 3 and engine.requests[0].finish({}))
    )
    timer.start(0)

    answer = awaited(engine, "selfCheck", {})

    assert answer == {}
    assert turns == [1, 1, 1]
    assert engine.requests[0].method == "selfCheck"


def test_an_engine_that_does_not_run_while_it_is_tried_says_why(engine):
    timer = qt.QTimer()
    timer.timeout.connect(lambda: (timer.stop(), engine.requests[0].fail(ModelError("damaged", remedy="Repair"))))
    timer.start(0)

    with pytest.raises(ModelError, match="damaged"):
        awaited(engine, "selfCheck", {})


def test_an_engine_that_does_not_run_holds_no_file_open_when_the_packages_are_replaced(
    ui, engine, whole, person, messages, monkeypatch
):
    monkeypatch.setattr(panel_module, "Installer", lambda _ask, tried: Installer(person, tried, whole.environment))
    panel = panel_module.Panel(ui, engine)
    stops, run, timer = [], whole.run, qt.QTimer()
    monkeypatch.setattr(whole, "run", lambda arguments: (stops.append(engine.stops), run(arguments)))

    def answer():
        if len(engine.requests) == 1:
            engine.requests[0].fail(ModelError("damaged", remedy="Repair"))
        elif engine.requests:
            engine.requests[1].finish({})

    timer.timeout.connect(answer)
    timer.start(0)

    panel.installer.repair(messages.append)

    timer.stop()
    assert stops
    assert set(stops) == {1}
    assert messages[-1] == "Everything is installed."
    panel.cleanup()
