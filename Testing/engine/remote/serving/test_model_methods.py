"""Models are listed, read and removed over the line as with the command."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from BreastUSAILib.engine.bundles.bundle import CARD, SHIPPED, find_bundles
from BreastUSAILib.engine.bundles.model_folder import FOLDER_VARIABLE
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.remote.serving.model_methods import ModelMethods
from BreastUSAILib.engine.remote.serving.server import Call


class Asked:
    """The methods, and how often they said that something changed."""

    def __init__(self) -> None:
        self.changes = 0
        self._table = ModelMethods(self._changed).table

    def __call__(self, method: str, **params: Any) -> Any:
        return self._table[method](Call(params, lambda *_told: None, lambda: False, print))

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
def ask() -> Asked:
    """Ask about models without a process."""
    return Asked()


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a shipped bundle in the user's folder, under the same name."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    shipped = find_bundles(SHIPPED)[0]
    return Path(shutil.copytree(shipped, tmp_path / "mine"))


def test_a_tampered_model_is_listed_with_its_problem(ask: Asked, added: Path) -> None:
    (added / CARD).write_text("changed")

    shipped, _, mine = ask("models.list")["models"]

    assert (shipped["added"], shipped["problem"]) == (False, None)
    assert mine["added"]
    assert "SHA-256" in mine["problem"]
    assert mine["version"] is None


def test_an_unknown_model_is_named(ask: Asked) -> None:
    for method in ("models.verify", "models.card", "models.remove"):
        with pytest.raises(ModelError, match="no model named 'none'"):
            ask(method, name="none")


def test_shipped_models_stay_and_nothing_is_said_to_have_changed(ask: Asked) -> None:
    name = find_bundles(SHIPPED)[0].name

    with pytest.raises(ModelError, match="not removed"):
        ask("models.remove", name=name)
    assert ask.changes == 0


def test_a_missing_card_is_said(ask: Asked, added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from BreastUSAILib.engine.bundles import model_folder

    monkeypatch.setattr(model_folder, "SHIPPED", added.parent / "none")
    (added / CARD).unlink()

    with pytest.raises(ModelError, match="card"):
        ask("models.card", name=find_bundles(SHIPPED)[0].name)


def test_an_added_model_is_removed(ask: Asked, added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from BreastUSAILib.engine.bundles import model_folder

    monkeypatch.setattr(model_folder, "SHIPPED", added.parent / "none")

    assert ask("models.remove", name=find_bundles(SHIPPED)[0].name) == {"path": str(added)}
    assert not added.exists()
    assert ask.changes == 1
