"""The order of an installation, what is held on the way, and every way in which it ends."""

from __future__ import annotations

import os
import re
import sys
import threading

import pytest

from BreastUSAILib.client.installing.install_failure import InstallError
from BreastUSAILib.client.installing.install_steps import TORCH_VERSIONS
from BreastUSAILib.client.installing.installer import REQUIREMENTS, Installer
from BreastUSAILib.client.installing.python_environment import readRequirements
from BreastUSAILib.engine.errors import ModelError
from Testing.client.installing.packages import put_package, pytorch_utils

NO_SPACE = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"


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


def test_the_shipped_requirements_and_the_python_package_want_the_same():
    project = (REQUIREMENTS.parents[2] / "pyproject.toml").read_text()

    assert f'"torch{TORCH_VERSIONS}",' in project
    for one in readRequirements(REQUIREMENTS):
        assert f'"{one}",' in project
