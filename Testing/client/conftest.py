"""The application, a fresh scene, and the module as Slicer imports it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

from Testing.host.application import Application, delete_now, delete_windows, start

start()  # before any test module that imports qt

import pytest  # noqa: E402
import slicer  # noqa: E402
import slicer.util  # noqa: E402

from Testing.client.fake_engine import FakeEngine, FakeInstaller  # noqa: E402
from Testing.host.qt.layout_items import forget_layout_items  # noqa: E402
from Testing.host.qt.qt_names import FileChoices, QDesktopServices  # noqa: E402
from Testing.host.widgets.dialogs import Dialogs  # noqa: E402


@pytest.fixture(scope="session")
def application() -> Application:
    """`slicer.app`; one QApplication a session."""
    return start()


@pytest.fixture(autouse=True)
def dialogs(monkeypatch) -> Dialogs:
    """What message boxes would have shown, and the answer to the next question. No test may open a real one."""
    fresh = Dialogs()
    fresh.publish(_ForThisTest(slicer.util, monkeypatch))
    monkeypatch.setattr(FileChoices, "path", None)
    monkeypatch.setattr(QDesktopServices, "opened", [])
    return fresh


@pytest.fixture(autouse=True)
def _no_window_is_left(application) -> Iterator[None]:
    """Whatever a test opened is deleted after it, in good order."""
    yield
    delete_windows()
    asked_for = forget_layout_items()
    assert not asked_for, "QLayout.itemAt: what it returns crashes a later test; ask for the widgets themselves"


class _ForThisTest:
    """Sets attributes through monkeypatch, so that they go away with the test."""

    def __init__(self, target: Any, monkeypatch: Any) -> None:
        self.__dict__.update(_target=target, _monkeypatch=monkeypatch)

    def __setattr__(self, name: str, value: Any) -> None:
        self._monkeypatch.setattr(self._target, name, value)


@pytest.fixture
def module(application, host) -> Iterator[ModuleType]:
    """BreastUSAI.py, freshly imported, and listed in `slicer.modules`."""
    sys.modules.pop("BreastUSAI", None)
    import BreastUSAI

    slicer.modules.breastusai = SimpleNamespace(path=BreastUSAI.__file__, name="BreastUSAI")
    yield BreastUSAI
    sys.modules.pop("BreastUSAI", None)


@pytest.fixture
def ui(application) -> Iterator[Any]:
    """The widgets of the panel's `.ui` file by name, with nothing behind them."""
    from Testing.gui.panel_file import loaded_panel

    panel, widgets = loaded_panel()
    yield widgets
    delete_now(panel)


@pytest.fixture
def engine() -> FakeEngine:
    """The panel's engine: it answers when the test says so."""
    return FakeEngine()


@pytest.fixture
def installer() -> FakeInstaller:
    """The panel's installer: nothing is missing at first."""
    return FakeInstaller()
