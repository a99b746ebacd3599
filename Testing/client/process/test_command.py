"""How the engine's process is started."""

from __future__ import annotations

import os

import pytest

from BreastUSAILib.client.process.command import MODULE_FOLDER, workerCommand


@pytest.mark.parametrize(("chosen", "added"), [(None, "PASSIVE"), ("ACTIVE", None)])
def test_its_threads_do_not_spin_unless_the_user_wants_them_to(monkeypatch, chosen, added):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if chosen is not None:
        monkeypatch.setenv("OMP_WAIT_POLICY", chosen)

    assert workerCommand().environment.get("OMP_WAIT_POLICY") == added


def test_it_finds_the_library_before_what_the_application_has_on_its_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/of/the/application")

    assert workerCommand().environment["PYTHONPATH"].split(os.pathsep) == [str(MODULE_FOLDER), "/of/the/application"]
