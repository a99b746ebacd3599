"""Fixtures that every room may use; slicer-core is loaded only by the tests that ask for a scene."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from BreastUSAILib.scene.host import SceneHost

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture
def host() -> Iterator[SceneHost]:
    """A fresh scene under the application's names (`slicer.mrmlScene`, `slicer.modules`); VTK must not complain."""
    import slicer

    from BreastUSAILib.scene.host import openHost, publish
    from Testing.host.subject_hierarchy import forgetting_removed_nodes
    from Testing.host.vtk_messages import collected_vtk_messages

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
