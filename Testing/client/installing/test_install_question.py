"""What a person is asked before an installation, and what a no leads to."""

from __future__ import annotations

import sys

import pytest
import qt
import slicer
import slicer.util

from BreastUSAILib.client.installing.install_failure import InstallError
from BreastUSAILib.client.installing.install_words import otherTorchQuestion
from BreastUSAILib.client.installing.installer import Installer
from BreastUSAILib.gui.sections.models.packages_controls import askToInstall
from Testing.client.installing.packages import put_package, pytorch_utils

NO_SPACE = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"


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


def test_who_says_no_gets_nothing_installed(installer, pip, person, checks, messages):
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


def test_a_pytorch_extension_that_was_told_no_is_a_decline(installer, pip, messages, monkeypatch):
    monkeypatch.setitem(sys.modules, "PyTorchUtils", pytorch_utils(pip, after=lambda: None))

    with pytest.raises(InstallError) as failure:
        installer.install(messages.append)

    assert failure.value.cause == "declined"


def test_in_testing_mode_nothing_is_asked_or_installed(installer, pip, person, messages, monkeypatch):
    monkeypatch.setattr(slicer.app, "testingEnabled", lambda: True)

    with pytest.raises(InstallError, match="testing mode"):
        installer.install(messages.append)

    assert (person.asked, pip.calls) == ([], [])


def test_a_repair_that_is_declined_removes_nothing(installer, pip, person, messages):
    put_package(pip.site, "torch", code=False)
    person.answer = False

    with pytest.raises(InstallError) as failure:
        installer.repair(messages.append)

    assert failure.value.cause == "declined"
    assert pip.calls == []
