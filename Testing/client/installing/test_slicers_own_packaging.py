"""The installer on Slicer's own `slicer.packaging` and a real pip that has a folder for its index."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import slicer

from BreastUSAILib.client.installing.install_failure import InstallError
from BreastUSAILib.client.installing.installer import Installer
from BreastUSAILib.client.installing.python_environment import PythonEnvironment
from Testing.client.installing.packages import put_package, write_wheel
from Testing.host.module.slicer_source import source_folder

pytestmark = pytest.mark.skipif(source_folder() is None, reason="needs a checkout of Slicer: SLICER_SOURCE_DIR")


@pytest.fixture
def index(tmp_path) -> Path:
    """A folder with two releases of one package and one of another."""
    folder = tmp_path / "index"
    folder.mkdir()
    for version in ("1.3.2", "1.4.0"):
        write_wheel(folder, "tinymonai", version)
    write_wheel(folder, "tinycaptum", "0.9.0")
    return folder


@pytest.fixture
def site(tmp_path, index, monkeypatch) -> Path:
    """Where the real pip, as PythonSlicer, installs to; torch and wrapt are there."""
    folder = tmp_path / "site"
    put_package(folder, "torch", "2.9.0")
    put_package(folder, "wrapt", "1.0")
    launcher = tmp_path / "bin" / "PythonSlicer"
    launcher.parent.mkdir()
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    launcher.chmod(0o755)
    monkeypatch.setenv("PATH", str(launcher.parent), prepend=":")
    for name, value in [
        ("CONFIG_FILE", "/dev/null"),
        ("DISABLE_PIP_VERSION_CHECK", "1"),
        ("FIND_LINKS", index.as_uri()),
        ("NO_INDEX", "1"),
        ("TARGET", str(folder)),
    ]:
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def installer(site, tmp_path) -> Installer:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# what the engine needs\ntinycaptum>=0.7,!=0.8.*\ntinymonai>=1.3,!=1.4.*\n")
    return Installer(lambda question: True, environment=PythonEnvironment([str(site)]), requirements=requirements)


def test_slicers_pip_installs_in_fitting_versions_and_asks_nothing_more(installer, site, dialogs):
    messages = []
    assert installer.missing() == ["tinycaptum", "tinymonai"]

    installer.install(messages.append)

    assert installer.missing() == []
    assert (site / "tinymonai-1.3.2.dist-info").is_dir()
    assert dialogs.shown == []
    assert "Successfully installed" in installer.logText
    assert any(line.startswith("Installing collected packages") for line in messages)


def test_what_slicer_brings_stays_or_the_installation_fails(installer, index, site, dialogs):
    (index / "tinycaptum-0.9.0-py3-none-any.whl").unlink()
    write_wheel(index, "tinycaptum", "0.9.0", requires="wrapt")
    write_wheel(index, "wrapt", "2.0")

    with pytest.raises(InstallError) as failure:
        installer.install(print)

    assert failure.value.cause == "unknown"
    assert "wrapt==1.0" in failure.value.log
    assert not list(site.glob("wrapt-2*"))


def test_a_folder_serves_through_slicers_pip(installer, index):
    installer.installFromFolder(index, print)

    assert installer.missing() == []


def test_a_folder_that_lacks_one_says_which(installer, index, dialogs):
    (index / "tinycaptum-0.9.0-py3-none-any.whl").unlink()

    with pytest.raises(InstallError, match="no package 'tinycaptum"):
        installer.installFromFolder(index, print)

    assert dialogs.shown == []  # the panel says it, and no window of Slicer's before


def test_in_testing_mode_slicers_pip_would_do_nothing_and_neither_do_we(installer, monkeypatch):
    monkeypatch.setattr(slicer.app, "testingEnabled", lambda: True)

    with pytest.raises(InstallError, match="testing mode"):
        installer.install(print)

    slicer.packaging.pip_ensure(["tinymonai"])
    assert installer.missing() == ["tinycaptum", "tinymonai"]
