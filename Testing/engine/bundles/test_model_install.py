"""A model is added whole and sound, or not at all."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.bundles.bundle import INFERENCE, METADATA, SUMS, WEIGHTS, file_sha256
from BreastUSAILib.engine.bundles.model_folder import FOLDER_VARIABLE, load_models
from BreastUSAILib.engine.bundles.model_install import add_model
from BreastUSAILib.engine.errors import ModelError, OptionError, OutputError
from BreastUSAILib.engine.networks.network_definitions import build_network

from ..conftest import CLASSIFIER, NETWORKS
from .test_bundle import change

ADDRESS = "https://models.example/other.zip"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, which does not exist yet."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "added"))
    return tmp_path / "added"


@pytest.fixture(scope="module")
def sound(bundle_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound bundle called ``other``."""
    path = Path(shutil.copytree(bundle_folder / CLASSIFIER, tmp_path_factory.mktemp("sound") / "other"))
    change(path, METADATA, "name", "other")
    return path


@pytest.fixture
def bundle(sound: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return Path(shutil.copytree(sound, tmp_path / "copy" / "other"))


def zipped(bundle: Path, below: str = "") -> Path:
    path = bundle.parent / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in bundle.rglob("*"):
            archive.write(file, below + str(file.relative_to(bundle)))
    return path


def content(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_folder_is_added_under_its_own_name_and_can_be_chosen(folder: Path, sound: Path) -> None:
    info = add_model(str(sound))
    assert info.path == folder / "other"
    assert content(folder) == ["other"]
    assert load_models("other").classifier.identity.sha256 == file_sha256(sound / WEIGHTS)


def test_files_that_the_bundle_does_not_list_stay_behind(folder: Path, bundle: Path) -> None:
    (bundle / "train.log").write_text("epoch 1")
    assert not (add_model(str(bundle)).path / "train.log").exists()


@pytest.mark.parametrize("below", ["", "other/", "a/b/"])
def test_a_zip_may_hold_the_bundle_at_any_depth(folder: Path, bundle: Path, below: str) -> None:
    path = zipped(bundle, below)
    assert add_model(str(path), file_sha256(path).upper()).path == folder / "other"


def test_an_address_is_fetched_and_compared_with_its_hash(folder: Path, bundle: Path) -> None:
    path, asked = zipped(bundle), []

    def fetch(url: str, target: Path) -> None:
        asked.append(url)
        shutil.copy(path, target)

    assert add_model(ADDRESS, file_sha256(path), fetch).path == folder / "other"
    assert asked == [ADDRESS]


def test_an_address_needs_a_hash_before_anything_is_fetched(folder: Path) -> None:
    with pytest.raises(OptionError, match="needs the SHA-256"):
        add_model(ADDRESS, None, lambda url, target: pytest.fail("it was fetched"))


@pytest.mark.parametrize("wrong", ["abc", "g" * 64, ""])
def test_what_is_not_a_hash_is_refused(folder: Path, wrong: str) -> None:
    with pytest.raises(OptionError, match="is not a SHA-256"):
        add_model(ADDRESS, wrong, lambda url, target: pytest.fail("it was fetched"))


def test_a_zip_of_another_hash_is_refused(folder: Path, bundle: Path) -> None:
    with pytest.raises(ModelError, match="SHA-256 of the zip is another"):
        add_model(str(zipped(bundle)), "0" * 64)
    assert content(folder) == []


def test_a_hash_for_a_folder_is_refused(folder: Path, sound: Path) -> None:
    with pytest.raises(OptionError, match="a folder has no SHA-256"):
        add_model(str(sound), "0" * 64)


def test_the_same_model_again_changes_nothing_and_another_of_its_name_is_refused(folder: Path, bundle: Path) -> None:
    first = add_model(str(bundle))
    assert add_model(str(bundle)) == first
    change(bundle, METADATA, "version", "9.9.9")
    with pytest.raises(ModelError, match="is called 'other' already"):
        add_model(str(bundle))
    assert content(folder) == ["other"]
    assert "9.9.9" not in (folder / "other" / METADATA).read_text()


def test_a_damaged_model_of_that_name_must_be_removed_first(folder: Path, sound: Path) -> None:
    (add_model(str(sound)).path / SUMS).unlink()
    with pytest.raises(ModelError, match="Remove that one first"):
        add_model(str(sound))


def changed(bundle: Path) -> None:
    (bundle / WEIGHTS).write_bytes(b"other weights")


def named_like_a_path(bundle: Path) -> None:
    change(bundle, METADATA, "name", "../outside")


def of_another_network(bundle: Path) -> None:
    change(bundle, INFERENCE, "network_def", {**NETWORKS[CLASSIFIER], "num_classes": 4})


@pytest.mark.parametrize(
    ("damage", "reason"),
    [(changed, "SHA-256"), (named_like_a_path, "cannot name a folder"), (of_another_network, "do not fit")],
)
def test_what_is_not_sound_leaves_nothing_behind(folder: Path, bundle: Path, damage, reason: str) -> None:
    damage(bundle)
    with pytest.raises(ModelError, match=reason):
        add_model(str(bundle))
    assert content(folder) == []


@pytest.mark.parametrize(
    ("change_of", "reason"),
    [({"num_classes": 4}, "output is not that"), ({"in_channels": 3}, "does not take its own input")],
)
def test_a_network_is_tried_out_before_it_is_added(folder: Path, bundle: Path, change_of: dict, reason: str) -> None:
    definition = {**NETWORKS[CLASSIFIER], **change_of}
    torch.save(build_network(definition).state_dict(), bundle / WEIGHTS)
    change(bundle, INFERENCE, "network_def", definition)
    with pytest.raises(ModelError, match=reason):
        add_model(str(bundle))
    assert content(folder) == []


@pytest.mark.parametrize("source", ["nowhere.zip", "README.md", "http://models.example/other.zip"])
def test_what_is_not_a_bundle_is_refused(folder: Path, tmp_path: Path, source: str) -> None:
    (tmp_path / "README.md").write_text("# no zip")
    given = source if "://" in source else str(tmp_path / source)
    with pytest.raises(ModelError):
        add_model(given, "0" * 64 if "://" in source else None)
    assert content(folder) == []


def test_a_zip_of_two_bundles_is_refused(folder: Path, bundle: Path) -> None:
    shutil.copytree(bundle, bundle / "second")
    with pytest.raises(ModelError, match="holds 2 model bundles"):
        add_model(str(zipped(bundle)))


def test_a_folder_that_cannot_be_written_to_is_said(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(OutputError, match="could not be stored"):
        add_model(str(sound))
