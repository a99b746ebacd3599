"""The gate in a bundle is data as everything there: checked, bounded, and of use for its own weights alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundle_limits import MOST_TEXT_BYTES
from BreastUSAILib.engine.bundles.bundle import GATE, SUMS, WEIGHTS, load_classifier, verify_bundle
from BreastUSAILib.engine.errors import ModelError
from Training.bundles.gate import store_gate
from Training.bundles.writer import file_sha256, read_metadata, rewrite_bundle

from ..conftest import CLASSIFIER
from ..gatekeeper.gates import made_up


@pytest.fixture
def bundle(bundle_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle_folder / CLASSIFIER, tmp_path / CLASSIFIER))


def rehash(bundle: Path) -> None:
    names = [line.split("  ")[1] for line in (bundle / SUMS).read_text().splitlines()]
    (bundle / SUMS).write_text("".join(f"{file_sha256(bundle / name)}  {name}\n" for name in names))


def test_a_bundle_without_a_gate_loads_without_one(bundle: Path) -> None:
    assert load_classifier(bundle).gate is None


def test_a_stored_gate_is_loaded_and_the_version_says_so(bundle: Path) -> None:
    gate = made_up(verify_bundle(bundle).sha256, constant=0.25)
    assert store_gate(bundle, gate, {"auc": 0.99}) == "0.0.2"
    loaded = load_classifier(bundle).gate
    assert loaded is not None
    assert loaded.constant == 0.25
    assert read_metadata(bundle)["gate_report"] == {"auc": 0.99}
    assert store_gate(bundle, gate, {"auc": 0.99}) is None
    assert read_metadata(bundle)["version"] == "0.0.2"


def test_a_gate_of_other_weights_says_nothing(bundle: Path) -> None:
    store_gate(bundle, made_up("0" * 64), {})
    assert load_classifier(bundle).gate is None


def test_a_new_card_keeps_the_gate_and_new_weights_drop_it(bundle: Path) -> None:
    store_gate(bundle, made_up(verify_bundle(bundle).sha256), {})
    rewrite_bundle(bundle, card="# New\n")
    assert load_classifier(bundle).gate is not None
    import torch

    rewrite_bundle(bundle, state=torch.load(bundle / WEIGHTS, weights_only=True))
    assert not (bundle / GATE).exists()
    assert load_classifier(bundle).gate is None


def test_a_changed_gate_is_noticed(bundle: Path) -> None:
    store_gate(bundle, made_up(verify_bundle(bundle).sha256), {})
    (bundle / GATE).write_bytes((bundle / GATE).read_bytes() + b" ")
    with pytest.raises(ModelError, match="SHA-256"):
        verify_bundle(bundle)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not valid JSON"),
        (b"{}", "the gate lacks or misstates"),
        (b'{"version": 1, "version": 1}', "there twice"),
        (json.dumps({**made_up("a").to_document(), "scale": [0]}).encode(), "scale"),
        (b" " * (MOST_TEXT_BYTES + 1), "larger than"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_gate_that_is_none_is_refused(bundle: Path, content: bytes, words: str) -> None:
    store_gate(bundle, made_up(verify_bundle(bundle).sha256), {})
    (bundle / GATE).write_bytes(content)
    rehash(bundle)
    with pytest.raises(ModelError, match=words):
        load_classifier(bundle)
