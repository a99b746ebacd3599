"""A Python environment to install into, pip with what it is asked, and a person who answers."""

from __future__ import annotations

import sys

import pytest
import slicer
import slicer.util

from BreastUSAILib.client.installing.installer import Installer
from Testing.client.installing.packages import Pip, pip_install_of_5_10, put_package, pytorch_utils, slicer_packaging


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


@pytest.fixture
def folder(tmp_path):
    """A folder with package files."""
    place = tmp_path / "from a stick"
    place.mkdir()
    (place / "monai-1.5.1-py3-none-any.whl").touch()
    return place


@pytest.fixture
def whole(pip) -> Pip:
    """Everything is installed."""
    for name, version in pip.index.items():
        put_package(pip.site, name, version, libraries=(f"{name}/lib/lib{name}.so",))
    return pip
