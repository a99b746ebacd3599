"""A DICOM database, as scene tests meet it."""

from __future__ import annotations

import pytest


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
