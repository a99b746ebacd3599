"""Weights in eight bits: how far they are off, and that what loads a bundle reads them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from BreastUSAILib.engine.bundles.bundle import (
    SHIPPED,
    WEIGHTS,
    find_bundles,
    load_classifier,
    load_segmenter,
    read_weights,
    verify_bundle,
)
from BreastUSAILib.engine.bundles.stored_weights import SCALE, unpacked
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.models.shared_encoder import shares_encoder
from Training.__main__ import main
from Training.bundles.packing import pack_bundle, packed
from Training.bundles.writer import half_precision, read_metadata, rewrite_bundle
from Training.fit.weights.pretrained import read_state

CLASSIFIER = "classifier_efficientnet_b0"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return in_halves(SHIPPED / CLASSIFIER, tmp_path)


def in_halves(shipped: Path, folder: Path) -> Path:
    """A copy with fp16 weights, however the shipped bundle stores its own."""
    copy = Path(shutil.copytree(shipped, folder / shipped.name))
    metadata = {name: value for name, value in read_metadata(copy).items() if name != "weights"}
    rewrite_bundle(copy, metadata=metadata, state=half_precision(read_weights(copy)))
    return copy


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(1e-6, 1e3))
def test_a_weight_is_off_by_at_most_half_a_step_of_its_channel(seed: int, ndim: int, size: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    spread = size * torch.rand(8, generator=generator)
    shape = {1: (8,), 2: (8, 256), 3: (8, 16, 16), 4: (8, 16, 4, 4)}[ndim]
    weight = torch.randn(shape, generator=generator) * spread.reshape(-1, *[1] * (ndim - 1))
    (read,) = unpacked(packed({"a.weight": weight})).values()
    if ndim == 1:
        assert torch.equal(read, weight)
        return
    step = weight.abs().flatten(1).amax(dim=1) / 127
    off = (read - weight).abs().flatten(1).amax(dim=1)
    assert bool((off <= 0.5 * step * (1 + 1e-4)).all())
    assert torch.allclose(read.flatten(1).abs().amax(dim=1), weight.flatten(1).abs().amax(dim=1))


def test_what_is_small_whole_or_one_dimensional_stays_as_it_is() -> None:
    weights = {"bias": torch.randn(2000), "small": torch.randn(8, 8), "count": torch.ones(40, 40, dtype=torch.int64)}
    assert packed(weights) == weights


def test_a_channel_of_zeros_stays_zero() -> None:
    weight = torch.zeros(4, 512)
    weight[1] = 1.0
    assert torch.equal(unpacked(packed({"w": weight}))["w"], weight)


def test_packing_twice_changes_nothing_more() -> None:
    once = packed({"w": torch.randn(16, 128)})
    assert torch.allclose(unpacked(packed(unpacked(once)))["w"], unpacked(once)["w"], rtol=1e-6)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ({"w": torch.zeros(4, 4, dtype=torch.int8)}, "no scale for each of its channels"),
        ({"w": torch.zeros(4, 4, dtype=torch.int8), "w" + SCALE: torch.ones(3)}, "no scale for each of its channels"),
        ({"w": torch.zeros(4, 4, dtype=torch.int8), "w" + SCALE: torch.ones(4).long()}, "no scale for each"),
    ],
)
def test_numbers_and_scales_that_do_not_belong_together_are_refused(stored: dict[str, Tensor], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        unpacked(stored)


def test_a_weight_of_its_own_that_is_called_scale_stays() -> None:
    weights = {"norm" + SCALE: torch.ones(4), "w": torch.zeros(4, 4), "w" + SCALE: torch.ones(4)}
    assert unpacked(weights) == weights


def test_a_packed_bundle_is_half_as_large_and_says_nearly_the_same(bundle: Path) -> None:
    images = torch.randn(2, 1, 256, 256, generator=torch.Generator().manual_seed(1))
    before, size = load_classifier(bundle).logits(images)[0], (bundle / WEIGHTS).stat().st_size
    sha256 = verify_bundle(bundle).sha256
    assert main(["pack", str(bundle)]) == 0
    assert (bundle / WEIGHTS).stat().st_size < 0.6 * size
    metadata = read_metadata(bundle)
    assert metadata["weights"] == {"bits": 8, "packed_from_sha256": sha256}
    assert metadata["version"] != read_metadata(SHIPPED / CLASSIFIER)["version"]
    assert "test_figures" not in metadata
    after = load_classifier(bundle).logits(images)[0]
    assert not np.array_equal(before, after)
    assert np.abs(before - after).max() < 0.2


def test_a_training_starts_from_packed_weights_as_the_product_reads_them(bundle: Path) -> None:
    pack_bundle(bundle)
    read, start = read_weights(bundle), read_state(bundle / WEIGHTS)
    assert read.keys() == start.keys()
    assert all(torch.equal(read[name], start[name]) for name in read)


def test_a_pair_on_one_encoder_stays_on_one_encoder(tmp_path: Path) -> None:
    paths = [in_halves(path, tmp_path) for path in find_bundles()]
    for path in paths:
        pack_bundle(path)
    assert shares_encoder(load_classifier(paths[0]), load_segmenter(paths[1]))


def test_a_bundle_that_is_packed_already_stays_as_it_is(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack_bundle(bundle)
    before = read_metadata(bundle)
    assert main(["pack", str(bundle)]) == 0
    assert "in eight bits already" in capsys.readouterr().out
    assert read_metadata(bundle) == before


def test_packed_weights_without_their_scales_are_not_a_bundle(bundle: Path) -> None:
    pack_bundle(bundle)
    state = torch.load(bundle / WEIGHTS, weights_only=True)
    torch.save({name: value for name, value in state.items() if not name.endswith(SCALE)}, bundle / WEIGHTS)
    with pytest.raises(ModelError, match="no scale for each of its channels"):
        read_weights(bundle)
    with pytest.raises(ModelError, match="no scale for each of its channels"):
        read_state(bundle / WEIGHTS)
