"""The module's door, and a DICOM database, as scene tests meet them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from Testing.host.application import module_stand_ins


@pytest.fixture
def module(monkeypatch) -> Iterator[ModuleType]:
    """BreastUSAI.py as Slicer imports it."""
    for name, stand_in in module_stand_ins().items():
        monkeypatch.setitem(sys.modules, name, stand_in)
    monkeypatch.delitem(sys.modules, "BreastUSAI", raising=False)
    import BreastUSAI

    yield BreastUSAI
    sys.modules.pop("BreastUSAI", None)


class Database:
    """`slicer.dicomDatabase` with the files it knows."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files = files

    def fileForInstance(self, uid: str) -> str:
        return self._files.get(uid, "")


@pytest.fixture
def database(monkeypatch) -> dict[str, str]:
    """SOP instance UID -> file: what `slicer.dicomDatabase` knows. Empty at first."""
    import slicer

    files: dict[str, str] = {}
    monkeypatch.setattr(slicer, "dicomDatabase", Database(files), raising=False)
    return files
