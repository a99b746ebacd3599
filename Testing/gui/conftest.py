"""The panel over a fresh scene; application, engine and installer are those of the client's tests."""

# ruff: noqa: F811 -- fixtures are asked for by name

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from Testing.client.conftest import _no_window_is_left, application, dialogs, engine, installer, module  # noqa: F401
from Testing.host.application import delete_now


@pytest.fixture
def ui(application) -> Iterator[Any]:
    """The widgets of the panel's `.ui` file by name, with nothing behind them."""
    from Testing.gui.panel_file import loaded_panel

    panel, widgets = loaded_panel()
    yield widgets
    delete_now(panel)


@pytest.fixture
def parameters(application, scene) -> Any:
    """The panel's parameters, fresh."""
    from Testing.gui.panel_file import new_parameters

    return new_parameters(scene)


@pytest.fixture
def widget(module, engine, installer, monkeypatch) -> Iterator[Any]:
    """The module's widget, entered, over a scene that the test may have filled."""
    import BreastUSAILib.client.process.engine_process
    import BreastUSAILib.gui.panel

    monkeypatch.setattr(BreastUSAILib.client.process.engine_process, "EngineProcess", lambda: engine)
    monkeypatch.setattr(BreastUSAILib.gui.panel, "Installer", lambda *_options: installer)
    opened = module.BreastUSAIWidget()
    opened.enter()
    yield opened
    opened.exit()
    opened.cleanup()


@pytest.fixture
def panel(widget) -> Any:
    """The panel of the module's widget."""
    return widget.panel
