"""Fixtures that every room may use; slicer-core is loaded only by the tests that ask for a scene."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from BreastUSAILib.scene.host import SceneHost


@pytest.fixture
def host() -> Iterator[SceneHost]:
    """A fresh scene under the application's names (`slicer.mrmlScene`, `slicer.modules`); VTK must not complain."""
    import slicer

    from BreastUSAILib.scene.host import openHost, publish
    from Testing.host.vtk_messages import collected_vtk_messages

    with collected_vtk_messages() as messages:
        fresh = openHost()
        publish(fresh)
        yield fresh
        slicer.mrmlScene = slicer.modules = slicer.breastUSAIHost = None
    assert not messages.GetOutput(), messages.GetOutput()


@pytest.fixture
def scene(host: SceneHost) -> Any:
    """The fresh scene itself."""
    return host.scene
