"""One engine for the tests of each file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from BreastUSAILib.client.process.engine_process import EngineProcess, ModelChoice
from Testing.client.events import until
from Testing.client.process.fake_process import FAKE, callFolders


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The temporary folder of every engine here."""
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def warmEngine(folder: Path) -> Iterator[EngineProcess]:
    """One engine for all tests that leave it alive or usable."""
    engine = EngineProcess(FAKE, str(folder))
    yield engine
    engine.stop()
    assert list(folder.iterdir()) == []


@pytest.fixture
def engine(warmEngine: EngineProcess, folder: Path) -> Iterator[EngineProcess]:
    """The warm engine with its own models; afterwards no call has left any file."""
    warmEngine.models = ModelChoice()
    yield warmEngine
    until(lambda: callFolders(folder) == [], "the removal of every call's files")
