"""The order of an installation, its one question, and every way in which it ends."""

from __future__ import annotations

import os
import re
import sys
import threading

import pytest
import slicer
import slicer.util

from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.gui.install_failure import InstallError
from BreastUSAILib.gui.install_steps import TORCH_VERSIONS
from BreastUSAILib.gui.installer import REQUIREMENTS, Installer
from BreastUSAILib.gui.python_environment import Condition, readRequirements
from Testing.gui.packages import Pip, pip_install_of_5_10, put_package, pytorch_utils, slicer_packaging

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
    assert installer.missing() == ["torch", "captum", "monai"]

    installer.install(messages.append)

    assert installer.missing() == []
    assert [call[:3] for call in pip.calls] == [
        ["install", "torch>=2.2", "torchvision"],
        ["install", "captum!=0.8.*,>=0.7", "monai!=1.4.*,>=1.3"],
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


def test_without_a_question_of_its_own_slicer_asks(pip, dialogs):
    dialogs.answer = False

    with pytest.raises(InstallError) as failure:
        Installer(environment=pip.environment).install(print)

    assert failure.value.cause == "declined"
    assert len(dialogs.shown) == 1


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


def test_without_the_pytorch_extension_it_is_named(installer, messages, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", None)

    with pytest.raises(InstallError, match="PyTorch extension") as failure:
        installer.install(messages.append)

    assert "Extensions Manager" in failure.value.remedy


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


def test_a_decline_in_slicers_own_window_is_a_decline(installer, messages, monkeypatch):
    def declining(*_arguments, **_options):
        raise RuntimeError("User declined package installation")

    monkeypatch.setattr(slicer.packaging, "pip_ensure", declining)

    with pytest.raises(InstallError) as failure:
        installer.install(messages.append)

    assert failure.value.cause == "declined"


def test_pip_that_returns_without_having_installed_is_not_believed(installer, checks, messages, monkeypatch):
    monkeypatch.setattr(slicer.packaging, "pip_ensure", lambda *_arguments, **_options: None)

    with pytest.raises(InstallError, match="captum, monai cannot be found"):
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
    assert pip.calls[1][:3] == ["install", "captum>=0.7,!=0.8.*", "monai>=1.3,!=1.4.*"]
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
    assert call[:4] == ["install", "torch>=2.2", "captum>=0.7,!=0.8.*", "monai>=1.3,!=1.4.*"]
    assert call[4:7] == ["--no-index", "--find-links", str(folder)]
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

    assert whole.calls[0] == ["uninstall", "torch", "captum", "monai", "--yes"]
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
