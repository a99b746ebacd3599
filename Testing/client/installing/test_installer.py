"""The order of an installation, its one question, and every way in which it ends."""

from __future__ import annotations

import os
import re
import sys
import threading

import pytest
import qt
import slicer
import slicer.util

from BreastUSAILib.client.installing.install_failure import InstallError
from BreastUSAILib.client.installing.install_steps import TORCH_VERSIONS
from BreastUSAILib.client.installing.install_words import otherTorchQuestion
from BreastUSAILib.client.installing.installer import REQUIREMENTS, Installer
from BreastUSAILib.client.installing.python_environment import Condition, readRequirements
from BreastUSAILib.client.jobs.listener import awaited
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.gui import panel as panel_module
from BreastUSAILib.gui.sections.packages_controls import askToInstall
from Testing.client.installing.packages import Pip, pip_install_of_5_10, put_package, pytorch_utils, slicer_packaging

NO_SPACE = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"


class Person:
    """Answers the installer's question."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, question: str) -> bool:
        self.asked.append(question)
        return self.answer


@pytest.fixture
def pip(tmp_path, monkeypatch) -> Pip:
    """Slicer 5.12 with the PyTorch extension, numpy, and nothing that the engine needs."""
    site = tmp_path / "site packages"
    put_package(site, "numpy", "2.4.6")
    fresh = Pip(site)
    packaging = slicer_packaging(fresh)
    monkeypatch.setitem(sys.modules, "slicer.packaging", packaging)
    monkeypatch.setattr(slicer, "packaging", packaging, raising=False)
    monkeypatch.setattr(slicer.util, "pip_uninstall", lambda names: fresh.run(["uninstall", *names, "--yes"]))
    monkeypatch.setitem(sys.modules, "PyTorchUtils", pytorch_utils(fresh))
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)
    return fresh


@pytest.fixture
def slicer_5_10(pip, monkeypatch) -> None:
    """The same, without `slicer.packaging`."""
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    monkeypatch.delattr(slicer, "packaging", raising=False)
    monkeypatch.setattr(slicer.util, "pip_install", pip_install_of_5_10(pip))


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def checks() -> list[str]:
    """A word for each self check."""
    return []


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def installer(pip, person, checks) -> Installer:
    return Installer(person, lambda: checks.append("checked"), pip.environment)


def test_everything_is_installed_after_one_question(installer, pip, person, checks, messages):
    assert installer.missing() == ["torch", "captum", "monai", "reportlab"]

    installer.install(messages.append)

    assert installer.missing() == []
    assert [call[: 3 + (call[1] != "torch>=2.2")] for call in pip.calls] == [
        ["install", "torch>=2.2", "torchvision"],
        ["install", "captum>=0.7,!=0.8.*", "monai>=1.3,!=1.4.*", "reportlab>=4.2"],
    ]
    assert len(person.asked) == 1
    assert checks == ["checked"]
    assert messages[-1] == "Everything is installed."


def test_the_question_holds_everything_that_will_happen(installer, person, messages):
    installer.install(messages.append)

    (question,) = person.asked
    for part in ("torch:", "monai:", "captum:", "GB", "MB", "internet", "site-packages", "keep their versions"):
        assert part in question, part
    assert "half installed" not in question


def test_where_nothing_is_missing_nothing_is_asked(installer, pip, person, checks, messages):
    for name, version in pip.index.items():
        put_package(pip.site, name, version)

    installer.install(messages.append)

    assert (person.asked, pip.calls, checks, messages) == ([], [], [], [])


def test_no_is_no(installer, pip, person, checks, messages):
    person.answer = False

    with pytest.raises(InstallError) as failure:
        installer.install(messages.append)

    assert failure.value.cause == "declined"
    assert (pip.calls, checks) == ([], [])


@pytest.mark.parametrize(("button", "isDeclined"), [("Install", False), ("Cancel", True)])
def test_without_a_question_of_its_own_a_window_asks_with_buttons_that_say_what_they_do(
    pip, monkeypatch, button, isDeclined
):
    texts = []

    class Answered(qt.QMessageBox):
        def exec_(self):
            texts.append(self.text)
            assert self.textFormat == qt.Qt.PlainText
            offered = {self.button(one).text: one for one in (qt.QMessageBox.Ok, qt.QMessageBox.Cancel)}
            assert len(self.buttons()) == len(offered)
            return offered[button]

    monkeypatch.setattr(qt, "QMessageBox", Answered)
    installer = Installer(askToInstall, environment=pip.environment)

    if isDeclined:
        with pytest.raises(InstallError) as failure:
            installer.install(print)
        assert failure.value.cause == "declined"
    else:
        installer.install(print)

    assert len(texts) == 1
    assert bool(pip.calls) is not isDeclined


def test_what_slicer_brings_is_held_in_every_step(installer, pip, messages):
    installer.install(messages.append)

    torch, rest = pip.constraints
    assert torch == ["numpy==2.4.6"]
    assert rest == ["numpy==2.4.6", "torch==2.9.0+cpu", "torchvision==0.24.0+cpu"]
    assert "PIP_CONSTRAINT" not in os.environ


def test_constraints_of_the_hospital_stay_in_force(installer, pip, messages, monkeypatch):
    monkeypatch.setenv("PIP_CONSTRAINT", "https://hospital.example/constraints.txt")
    seen, run = [], pip.run
    monkeypatch.setattr(pip, "run", lambda arguments: (seen.append(os.environ["PIP_CONSTRAINT"]), run(arguments)))

    installer.install(messages.append)

    assert seen[0].split()[0] == "https://hospital.example/constraints.txt"
    assert len(seen[0].split()) == 2
    assert os.environ["PIP_CONSTRAINT"] == "https://hospital.example/constraints.txt"


def test_torch_that_is_there_is_left_alone(installer, pip, messages):
    put_package(pip.site, "torch", "2.5.1+cu124")

    installer.install(messages.append)

    assert len(pip.calls) == 1
    assert "torch==2.5.1+cu124" in pip.constraints[0]


def test_torch_that_is_too_old_may_change_and_torchvision_with_it(installer, pip, person, messages):
    put_package(pip.site, "torch", "1.13.1")
    put_package(pip.site, "torchvision", "0.14.1")

    installer.install(messages.append)

    assert "in place of version 1.13.1" in person.asked[0]
    assert pip.constraints[0] == ["numpy==2.4.6"]


def test_half_of_torch_is_removed_first(installer, pip, person, messages):
    put_package(pip.site, "torch", "2.8.0", code=False)

    installer.install(messages.append)

    assert "torch, half installed now" in person.asked[0]
    assert pip.calls[0] == ["uninstall", "torch", "--yes"]
    assert pip.environment.package("torch").version == "2.9.0+cpu"


def test_a_record_that_pip_cannot_remove_is_removed(installer, pip, messages):
    put_package(pip.site, "torch", version=None)
    pip.fails["uninstall"] = "ERROR: Cannot uninstall torch None, RECORD file not found."

    installer.install(messages.append)

    assert pip.environment.package("torch").version == "2.9.0+cpu"


def test_an_older_pytorch_extension_is_given_what_it_understands(installer, pip, messages, monkeypatch):
    class OldLogic:
        def installTorch(self, askConfirmation=False, forceComputationBackend=None):
            pip.run(["install", "torch", "torchvision"])
            return object()

    monkeypatch.setattr(sys.modules["PyTorchUtils"], "PyTorchUtilsLogic", OldLogic)

    installer.install(messages.append)

    assert installer.missing() == []


@pytest.mark.parametrize("way", ["install", "repair"])
def test_without_the_pytorch_extension_nobody_is_asked_and_the_way_to_get_it_is_said(
    installer, pip, person, messages, monkeypatch, way
):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)

    with pytest.raises(InstallError, match="PyTorch extension") as failure:
        getattr(installer, way)(messages.append)

    assert (person.asked, pip.calls) == ([], [])
    for words in ("Extensions Manager", "restart", "Install from folder"):
        assert words in failure.value.remedy


def test_where_torch_is_there_the_extension_is_not_needed(installer, pip, messages, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)
    put_package(pip.site, "torch", "2.5.1")

    installer.install(messages.append)

    assert installer.missing() == []


def test_the_tool_of_the_extension_is_installed_without_a_window_of_slicers(installer, pip, messages, monkeypatch):
    monkeypatch.setattr(sys.modules["PyTorchUtils"].PyTorchUtilsLogic, "_installLightTheTorch", None, raising=False)

    installer.install(messages.append)

    assert [call[1] for call in pip.calls][:2] == ["light-the-torch>=0.5", "torch>=2.2"]
    assert pip.constraints[0] == ["numpy==2.4.6"]


NOTHING_REACHED = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('Failed to establish a new "
    "connection: [Errno -2] Name or service not known')': /whl/cpu/torch/"
)
CRASHED = (
    'ERROR: Exception:\nTraceback (most recent call last):\n  File "lib/light_the_torch/_patch.py", line 349\n'
    "TypeError: build_source() missing 1 required keyword-only argument: 'project_name'"
)
NO_VERSION = "ERROR: Could not find a version that satisfies the requirement torch>=2.2 (from versions: none)"


@pytest.mark.parametrize("said", [f"{NOTHING_REACHED}\n{CRASHED}", CRASHED, NO_VERSION])
def test_behind_a_firewall_torch_may_come_from_the_package_index(installer, pip, person, checks, messages, said):
    pip.fails["torchvision"] = said

    installer.install(messages.append)

    assert installer.missing() == []
    assert [call[1:3] for call in pip.calls[1:3]] == [["torch>=2.2", "--dry-run"], ["torch>=2.2", "-c"]]
    assert len(person.asked) == 2
    for words in ("download.pytorch.org", "pypi.org", "GB", "Install from folder"):
        assert words in person.asked[1], words
    assert checks == ["checked"]


def test_the_size_that_is_said_is_that_of_the_system():
    assert "3 GB" in otherTorchQuestion("linux")
    assert "0.2 GB" in otherTorchQuestion("win32")
    assert "0.2 GB" in otherTorchQuestion("darwin")


def test_who_does_not_want_it_from_there_is_told_of_the_folder(installer, pip, messages):
    pip.fails["torchvision"] = NOTHING_REACHED
    answers = iter([True, False])
    declining = Installer(lambda _question: next(answers), None, pip.environment)

    with pytest.raises(InstallError) as failure:
        declining.install(messages.append)

    assert failure.value.cause == "network"
    assert "Install from folder" in failure.value.remedy


def test_where_the_index_is_not_reached_either_nothing_more_is_asked(installer, pip, person, messages):
    pip.fails.update({"torchvision": CRASHED, "--dry-run": NOTHING_REACHED})

    with pytest.raises(InstallError, match="could not be downloaded") as failure:
        installer.install(messages.append)

    assert failure.value.cause == "network"
    assert len(person.asked) == 1


def test_another_failure_of_torch_offers_nothing_else(installer, pip, person, messages):
    pip.fails["torchvision"] = NO_SPACE

    with pytest.raises(InstallError, match="disk is full"):
        installer.install(messages.append)

    assert len(person.asked) == 1


def test_a_failure_is_told_once(installer, pip, folder, dialogs, messages):
    pip.fails["monai"] = NO_SPACE

    with pytest.raises(InstallError):
        installer.install(messages.append)
    with pytest.raises(InstallError):
        installer.installFromFolder(folder, messages.append)

    assert dialogs.shown == []  # Slicer's own windows, beside the panel's sentence


def fail_to_load():
    raise OSError("[WinError 126] The specified module could not be found. Error loading c10.dll")


def test_torch_that_slicer_cannot_load_may_still_run_in_the_engine(installer, pip, checks, messages, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", pytorch_utils(pip, after=fail_to_load))

    installer.install(messages.append)

    assert installer.missing() == []
    assert checks == ["checked"]


def test_a_pytorch_extension_that_was_told_no_is_a_decline(installer, pip, messages, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", pytorch_utils(pip, after=lambda: None))

    with pytest.raises(InstallError) as failure:
        installer.install(messages.append)

    assert failure.value.cause == "declined"


@pytest.mark.parametrize("word", ["torchvision", "monai"])
def test_a_failing_step_says_why_and_keeps_what_pip_said(installer, pip, checks, messages, word):
    pip.fails[word] = f"Collecting {word}\n{NO_SPACE}"

    with pytest.raises(InstallError) as failure:
        installer.install(messages.append)

    assert failure.value.cause == "disk"
    assert NO_SPACE in failure.value.log
    assert NO_SPACE in installer.logText
    assert f"Collecting {word}" in messages
    assert checks == []
    assert "PIP_CONSTRAINT" not in os.environ


def test_messages_may_be_printed(installer, capsys):
    installer.install(print)

    assert capsys.readouterr().out.count("Collecting monai\n") == 2  # pip's own line, and the message
    assert installer.logText.count("Collecting monai") == 1


def test_a_message_that_cannot_be_shown_does_not_end_the_installation(installer, caplog):
    def show(message):
        if message.startswith("Collecting"):
            raise RuntimeError("the panel is gone")

    installer.install(show)

    assert installer.missing() == []
    assert "the panel is gone" in caplog.text


def test_pip_that_returns_without_having_installed_is_not_believed(installer, pip, checks, messages):
    pip.index.pop("captum")

    with pytest.raises(InstallError, match="captum cannot be found"):
        installer.install(messages.append)

    assert checks == []


def test_in_testing_mode_nothing_is_asked_or_installed(installer, pip, person, messages, monkeypatch):
    monkeypatch.setattr(slicer.app, "testingEnabled", lambda: True)

    with pytest.raises(InstallError, match="testing mode"):
        installer.install(messages.append)

    assert (person.asked, pip.calls) == ([], [])


def test_an_engine_that_does_not_run_is_a_failure_with_its_reason(pip, person, messages):
    def failing():
        raise ModelError("no model was found", remedy="Reinstall")

    with pytest.raises(InstallError, match="the engine does not run \\(no model was found\\)") as failure:
        Installer(person, failing, pip.environment).install(messages.append)

    assert failure.value.cause == "unknown"


def test_another_thread_is_refused(installer, pip):
    refused = []

    def attempt():
        with pytest.raises(RuntimeError, match="main thread"):
            installer.install(print)
        refused.append(True)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()

    assert refused == [True]
    assert pip.calls == []


@pytest.mark.usefixtures("slicer_5_10")
def test_slicer_5_10_gets_the_same_through_its_own_pip(installer, pip, messages):
    installer.install(messages.append)

    assert installer.missing() == []
    assert pip.calls[1][:4] == ["install", "captum>=0.7,!=0.8.*", "monai>=1.3,!=1.4.*", "reportlab>=4.2"]
    assert pip.constraints[1][0] == "numpy==2.4.6"


@pytest.fixture
def folder(tmp_path):
    """A folder with package files."""
    place = tmp_path / "from a stick"
    place.mkdir()
    (place / "monai-1.5.1-py3-none-any.whl").touch()
    return place


@pytest.mark.parametrize("version", ["pip", "slicer_5_10"])
def test_a_folder_serves_without_network_or_question(installer, pip, person, checks, folder, version, request):
    request.getfixturevalue(version)

    installer.installFromFolder(folder, print)

    (call,) = pip.calls
    assert call[:5] == ["install", "torch>=2.2", "captum>=0.7,!=0.8.*", "monai>=1.3,!=1.4.*", "reportlab>=4.2"]
    assert call[5:8] == ["--no-index", "--find-links", str(folder)]
    assert pip.constraints == [["numpy==2.4.6"]]
    assert person.asked == []
    assert checks == ["checked"]


def test_a_folder_without_packages_is_refused(installer, pip, messages, tmp_path):
    with pytest.raises(InstallError, match="no Python packages"):
        installer.installFromFolder(tmp_path / "nowhere", messages.append)

    assert pip.calls == []


def test_a_folder_that_lacks_one_names_it(installer, pip, messages, folder):
    pip.fails["--no-index"] = "ERROR: No matching distribution found for torch>=2.2"

    with pytest.raises(InstallError, match=re.escape("no package 'torch>=2.2'")):
        installer.installFromFolder(folder, messages.append)


@pytest.fixture
def whole(pip) -> Pip:
    """Everything is installed."""
    for name, version in pip.index.items():
        put_package(pip.site, name, version, libraries=(f"{name}/lib/lib{name}.so",))
    return pip


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


def test_a_repair_that_is_declined_removes_nothing(installer, pip, person, messages):
    put_package(pip.site, "torch", code=False)
    person.answer = False

    with pytest.raises(InstallError) as failure:
        installer.repair(messages.append)

    assert failure.value.cause == "declined"
    assert pip.calls == []


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


def test_the_shipped_requirements_and_the_python_package_want_the_same():
    project = (REQUIREMENTS.parents[2] / "pyproject.toml").read_text()

    assert f'"torch{TORCH_VERSIONS}",' in project
    for one in readRequirements(REQUIREMENTS):
        assert f'"{one}",' in project


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
