"""Which models may be chosen, and where added ones are kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundles import model_folder
from BreastUSAILib.engine.bundles.bundle import METADATA
from BreastUSAILib.engine.bundles.model_folder import (
    FOLDER_VARIABLE,
    installed_models,
    load_models,
    remove_model,
    user_folder,
)
from BreastUSAILib.engine.errors import ModelError, OutputError

from ..conftest import CLASSIFIER, SEGMENTER
from .test_bundle import change


@pytest.fixture
def folder(bundle_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for added models, with the untrained pair as the shipped one."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "added"))
    monkeypatch.setattr(model_folder, "SHIPPED", bundle_folder)
    monkeypatch.setattr(
        model_folder,
        "default_bundles",
        lambda: {"classification": bundle_folder / CLASSIFIER, "segmentation": bundle_folder / SEGMENTER},
    )
    return tmp_path / "added"


@pytest.fixture
def other(folder: Path, bundle_folder: Path) -> Path:
    """Another classifier, added."""
    path = Path(shutil.copytree(bundle_folder / CLASSIFIER, folder / "other"))
    change(path, METADATA, "name", "other")
    change(path, METADATA, "version", "2.0.0")
    return path


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {FOLDER_VARIABLE: "/srv/models"}, Path("/srv/models")),
        ("win32", {FOLDER_VARIABLE: "/srv/models"}, Path("/srv/models")),
        ("linux", {FOLDER_VARIABLE: ""}, Path.home() / ".local/share/BreastUSAI/models"),
        ("darwin", {}, Path.home() / "Library/Application Support/BreastUSAI/models"),
        ("win32", {"LOCALAPPDATA": "/u/AppData/Local"}, Path("/u/AppData/Local/BreastUSAI/models")),
        ("win32", {}, Path.home() / "AppData/Local/BreastUSAI/models"),
    ],
)
def test_every_platform_has_its_folder(platform: str, environment: dict[str, str], expected: Path) -> None:
    assert user_folder(environment, platform) == expected


def test_shipped_and_added_models_are_told_apart(other: Path) -> None:
    assert [(model.name, model.added) for model in installed_models()] == [
        (CLASSIFIER, False), (SEGMENTER, False), ("other", True)
    ]  # fmt: skip


def test_without_an_own_folder_there_are_the_shipped_ones(folder: Path) -> None:
    assert not folder.exists()
    assert len(installed_models()) == 2


def test_models_are_chosen_by_name_and_the_rest_is_shipped(other: Path) -> None:
    models = load_models("other", None)
    assert (models.classifier.identity.name, models.classifier.identity.version) == ("other", "2.0.0")
    assert models.segmenter.identity.name == SEGMENTER
    assert load_models(None, SEGMENTER).classifier.identity.name == CLASSIFIER


def test_an_unknown_name_is_refused_with_the_known_ones(other: Path) -> None:
    with pytest.raises(ModelError, match=f"no model named 'none'.*{CLASSIFIER}, {SEGMENTER}, other"):
        load_models("none")


def test_a_model_of_the_other_task_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="this is a segmentation bundle"):
        load_models(classifier=SEGMENTER)


def test_only_added_models_are_removed(other: Path) -> None:
    with pytest.raises(ModelError, match="comes with BreastUSAI"):
        remove_model(CLASSIFIER)
    assert remove_model("other") == other
    assert list(other.parent.iterdir()) == []
    with pytest.raises(ModelError, match="no model named 'other'"):
        remove_model("other")


def test_a_damaged_model_can_be_removed_by_its_folders_name(other: Path) -> None:
    (other / METADATA).write_text("{")
    assert remove_model("other") == other


def test_a_model_that_cannot_be_removed_is_said(other: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(model_folder, "remove_own", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        remove_model("other")
