"""No patient and no near-duplicate group is on both sides of a split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError
from Training.cache import PREPROCESSING, cache
from Training.datasets import Part, load_examples
from Training.evaluate import frames_of

from .conftest import save

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_a_group_lies_in_one_part_only(data: Path) -> None:
    parts: dict[str, set[Part]] = {}
    for example in load_examples(data):
        parts.setdefault(example.group, set()).add(example.part)
    assert all(len(found) == 1 for found in parts.values())
    assert {part for found in parts.values() for part in found} == set(Part)


def test_the_test_fold_is_the_official_one(data: Path) -> None:
    for example in load_examples(data, test_fold=3):
        if example.dataset == "BUS-BRA":
            assert (example.part is Part.TEST) == (int(example.group.split()[1]) % 5 == 2)


def test_the_real_split_keeps_patients_apart_and_has_the_published_sizes() -> None:
    if not SHARED.is_dir():
        pytest.skip("the data sets are not beside the repository (../shared/data)")
    examples = load_examples(SHARED)
    parts: dict[str, set[Part]] = {}
    for example in examples:
        parts.setdefault(example.group, set()).add(example.part)
    assert all(len(found) == 1 for found in parts.values())
    assert sum(example.dataset == "BUS-BRA" for example in examples) == 1875
    assert sum(example.dataset == "BUSI" for example in examples) == 582


def test_a_normal_without_an_original_is_stretched_to_a_lesion_frames_aspect(data: Path) -> None:
    squashed = [e for e in load_examples(data) if e.label == "normal" and e.image is None]
    variants = cache(squashed[:1])
    assert len(variants) == 3
    assert all(variant.image.shape == (PREPROCESSING.size, PREPROCESSING.size) for variant in variants)
    assert all(not variant.mask.any() for variant in variants)
    rows_filled = {int(variant.image.any(axis=1).sum()) for variant in variants}
    assert max(rows_filled) < PREPROCESSING.size  # wider than high, never the tell-tale square


def test_a_lesion_also_comes_at_the_normals_resolution(data: Path) -> None:
    lesion = next(e for e in load_examples(data) if e.dataset == "BUSI" and e.label == "malignant")
    own, squashed = cache([lesion])
    assert own.image.shape == squashed.image.shape
    assert not np.array_equal(own.image, squashed.image)
    assert np.array_equal(own.mask, squashed.mask)


def test_the_network_is_shown_the_image_alone(data: Path) -> None:
    example = next(e for e in load_examples(data) if e.mask is not None)
    before = frames_of(example).grey(0).copy()
    assert example.mask is not None
    save(example.mask, np.zeros((90, 110), dtype=np.uint8))
    assert np.array_equal(before, frames_of(example).grey(0))


def test_a_mask_of_another_size_is_named(data: Path) -> None:
    example = next(e for e in load_examples(data) if e.mask is not None)
    assert example.mask is not None
    save(example.mask, np.zeros((5, 5), dtype=np.uint8))
    with pytest.raises(InputError, match=example.mask.name):
        example.mask_array((90, 110))


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"5-fold-cv\.csv"):
        load_examples(tmp_path)
