"""A bundle is written whole or not at all, and a rewritten one verifies."""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from BreastUSAILib.engine.bundles.bundle import (
    CARD,
    METADATA,
    SUMS,
    WEIGHTS,
    load_classifier,
    load_segmenter,
    verify_bundle,
)
from BreastUSAILib.engine.errors import ModelError, OutputError
from Training.bundles import writer
from Training.bundles.record import TrainingRecord
from Training.bundles.writer import half_precision, raise_version, read_metadata, rewrite_bundle

from ..measure.samples import CLASSIFIER, RECORD, write_classifier, write_segmenter


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_loads_and_says_what_it_is(tmp_path: Path) -> None:
    classifier, segmenter = write_classifier(tmp_path), write_segmenter(tmp_path)
    assert load_classifier(classifier).explainer.layer == "trunk"
    assert load_segmenter(segmenter).threshold == 0.5
    metadata = read_metadata(classifier)
    assert metadata["breastusai"]["inputs"] == ["image"]
    assert TrainingRecord.from_metadata(metadata) == RECORD
    assert set(metadata["network_data_format"]["inputs"]) == {"image"}


def test_a_classifier_that_reads_the_mask_says_so(tmp_path: Path) -> None:
    inputs = ("image", "lesion_mask")
    path = write_classifier(tmp_path, inputs=inputs, network={**CLASSIFIER, "in_channels": 2})
    assert load_classifier(path).inputs == inputs
    assert set(read_metadata(path)["network_data_format"]["inputs"]) == set(inputs)


def test_a_bundle_without_a_record_has_none(tmp_path: Path) -> None:
    assert TrainingRecord.from_metadata(read_metadata(write_classifier(tmp_path, training=None))) is None


def test_a_rewritten_bundle_verifies_and_keeps_the_rest(tmp_path: Path) -> None:
    path = write_classifier(tmp_path)
    before = snapshot(path)
    rewrite_bundle(path, metadata={**read_metadata(path), "note": "new"}, card="# New\n")
    assert verify_bundle(path).sha256 == writer.file_sha256(path / WEIGHTS)
    after = snapshot(path)
    assert {name for name in before if before[name] != after[name]} == {METADATA, CARD, SUMS}
    assert after.keys() == before.keys()
    assert read_metadata(path)["note"] == "new"


def test_what_is_not_a_number_is_null_in_the_metadata(tmp_path: Path) -> None:
    path = write_classifier(tmp_path)
    rewrite_bundle(path, metadata={**read_metadata(path), "shares": {"of nothing": float("nan"), "all": (1.0,)}})
    assert read_metadata(path)["shares"] == {"of nothing": None, "all": [1.0]}


def test_a_damaged_bundle_is_not_made_whole_by_rewriting(tmp_path: Path) -> None:
    path = write_classifier(tmp_path)
    (path / WEIGHTS).write_bytes(b"x")
    with pytest.raises(ModelError, match="SHA-256"):
        rewrite_bundle(path, card="# New\n")


@pytest.mark.parametrize("what", ["metadata", "card"])
def test_a_full_disk_leaves_the_bundle_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    path = write_classifier(tmp_path)
    before, metadata = snapshot(path), read_metadata(path)
    write_bytes = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.parent.parent == path:
            raise AssertionError("written in place")
        if self.name in (Path(METADATA).name, Path(CARD).name):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write_bytes(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="disk is full"):
        rewrite_bundle(path, **{what: metadata if what == "metadata" else "# New\n"})
    assert snapshot(path) == before
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_new_bundle_on_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_classifier(tmp_path)
    before = snapshot(path)

    def full(folder: Path, files: object) -> None:
        (folder / "models").mkdir()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer, "_write", full)
    with pytest.raises(OutputError, match="disk is full"):
        write_classifier(tmp_path, version="0.0.2")
    assert snapshot(path) == before


def test_a_write_that_was_killed_is_never_taken_for_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "killed"
    found: list[str] = []
    sha256 = writer.file_sha256

    def killed(path: Path) -> str:
        copy = tmp_path / f"copy {len(found)}"
        shutil.copytree(folder, copy)  # what a kill at this moment would leave
        for left in copy.iterdir():
            with pytest.raises(ModelError, match=r"SHA256SUMS\.txt is missing"):
                verify_bundle(left)
            found.append(left.name)
        return sha256(path)

    monkeypatch.setattr(writer, "file_sha256", killed)
    write_classifier(folder)
    assert len(found) == 4


def test_weights_of_a_training_that_diverged_give_no_bundle(tmp_path: Path) -> None:
    for value in (float("nan"), float("inf"), 1e6):
        with pytest.raises(ModelError, match=r"'w' is not finite"):
            half_precision({"w": torch.tensor([1.0, value])})
    assert half_precision({"n": torch.tensor(3)})["n"].dtype == torch.int64
    assert not list(tmp_path.iterdir())


def test_a_newer_bundle_replaces_the_older_one_whole(tmp_path: Path) -> None:
    path = write_classifier(tmp_path)
    (path / "configs" / "old.json").write_text("{}")
    write_classifier(tmp_path, version="0.0.2", training=replace(RECORD, seed=2))
    assert verify_bundle(path).version == "0.0.2"
    assert not (path / "configs" / "old.json").exists()
    assert json.loads((path / METADATA).read_text())["training"]["seed"] == 2


def test_a_bundle_of_other_rules_has_another_version(tmp_path: Path) -> None:
    bundle = write_segmenter(tmp_path)
    before = read_metadata(bundle)
    assert raise_version(bundle, before) is None
    own = {**before["breastusai"], "withhold_below": 0.9}
    rewrite_bundle(bundle, metadata={**before, "breastusai": own, "version": "1.2.9"})
    assert raise_version(bundle, {**before, "version": "1.2.9"}) == "1.2.10"
    assert (read_metadata(bundle)["version"], read_metadata(bundle)["breastusai"]) == ("1.2.10", own)
    assert raise_version(bundle, {**before, "version": "first"}) == "first.1"
