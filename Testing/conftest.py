"""Fixtures that every room may use; slicer-core is loaded only by the tests that ask for a scene."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from BreastUSAILib.scene.mrml.host import SceneHost

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


WITH_QT = tuple(Path(__file__).parent / name for name in ("client", "gui"))
"""Tests of what runs in the application, which need Qt, and run in a process of their own."""


@cache
def why_no_qt() -> str | None:
    """What is missing for tests of the panel, or None."""
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return f"{error} (Debian: apt-get install libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0)"
    return None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The tests of client and panel cannot even be read without Qt's libraries."""
    return True if collection_path in WITH_QT and why_no_qt() else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, and why."""
    if reason := why_no_qt():
        terminalreporter.write_line(f"SKIPPED all of Testing/client and Testing/gui: Qt does not load: {reason}")


@pytest.fixture
def host() -> Iterator[SceneHost]:
    """A fresh scene under the application's names (`slicer.mrmlScene`, `slicer.modules`); VTK must not complain."""
    import slicer

    from BreastUSAILib.scene.mrml.host import openHost, publish
    from Testing.host.scene.subject_hierarchy import forgetting_removed_nodes
    from Testing.host.scene.vtk_messages import collected_vtk_messages

    with collected_vtk_messages() as messages:
        fresh = openHost()
        publish(fresh)
        with forgetting_removed_nodes(fresh.scene):
            yield fresh
        slicer.mrmlScene = slicer.modules = slicer.breastUSAIHost = None
    assert not messages.GetOutput(), messages.GetOutput()


@pytest.fixture
def scene(host: SceneHost) -> Any:
    """The fresh scene itself."""
    return host.scene
