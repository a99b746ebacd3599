"""A pass over the examples is the same for the same seed and number, whatever came before."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from Training.data.example import CLASS_NAMES
from Training.fit.batches import TrainingSet
from Training.recipes.shared_b0 import RECIPE

from .made_up import SMALL, example, training_set, variant

TINY = dataclasses.replace(RECIPE, preprocessing=SMALL, batch=4, tissue_crops=0.0, normal_repeats=1)


def test_a_pass_repeats_itself_and_differs_from_the_next() -> None:
    first, again, other = (training_set(TINY).batches(number)[0] for number in (3, 3, 4))
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, other.images)


def test_a_batch_of_another_side_shows_the_same() -> None:
    batch = training_set(TINY).batches(0)[0]
    half = batch.at_side(32)
    assert batch.at_side(64) is batch
    assert half.images.shape == half.targets.masks.shape == (4, 1, 32, 32)
    assert torch.equal(half.targets.classes, batch.targets.classes)
    for small, large in ((half.images, batch.images), (half.targets.masks, batch.targets.masks)):
        assert torch.allclose(small.mean((1, 2, 3)), large.mean((1, 2, 3)), atol=0.02)


def test_every_example_comes_once_a_pass() -> None:
    batches = training_set(TINY).batches(0)
    seen = [item.variant.choice for group in batches.drawn for item in group]
    assert sorted(seen) == list(range(24))


def test_normals_come_as_often_as_the_recipe_says_and_weigh_less_for_it() -> None:
    labels = ["benign"] * 12 + ["normal"] * 2 + ["malignant"] * 4
    weights = []
    for repeats in (1, 3):
        source = TrainingSet(
            [example(n, label) for n, label in enumerate(labels)],
            [variant(n, label) for n, label in enumerate(labels)],
            dataclasses.replace(TINY, normal_repeats=repeats, batch=2),
            seed=1,
        )
        drawn = [item.variant.choice for group in source.batches(0).drawn for item in group]
        assert np.bincount(drawn).tolist() == [1] * 12 + [repeats] * 2 + [1] * 4
        weights.append(source.class_weights()[CLASS_NAMES.index("normal")])
    assert weights[1] < weights[0]


def test_processes_share_a_pass_without_overlap() -> None:
    whole = training_set(TINY).batches(2)
    halves = [training_set(TINY).batches(2, rank=rank, ranks=2) for rank in (0, 1)]
    for step, group in enumerate(whole.drawn):
        shared = {item.variant.choice for half in halves for item in half.drawn[step]}
        assert shared == {item.variant.choice for item in group}


def test_oversampling_draws_small_classes_as_often_as_the_largest() -> None:
    labels = ["benign"] * 12 + ["normal"] * 2 + ["malignant"] * 4
    recipe = dataclasses.replace(TINY, balance="oversample", batch=6)
    source = TrainingSet(
        [example(n, label) for n, label in enumerate(labels)],
        [variant(n, label) for n, label in enumerate(labels)],
        recipe,
        seed=1,
    )
    drawn = [item.variant.label for group in source.batches(0).drawn for item in group]
    assert np.bincount(drawn).tolist() == [12, 12, 12]
    assert torch.equal(source.class_weights(), torch.ones(3))


def test_rare_classes_weigh_more_and_the_mean_weight_is_one() -> None:
    labels = ["benign"] * 12 + ["normal"] * 2 + ["malignant"] * 4
    source = TrainingSet([example(n, label) for n, label in enumerate(labels)], [], TINY, seed=1)
    normal, benign, malignant = source.class_weights().tolist()
    assert normal > malignant > benign
    assert abs((2 * normal + 12 * benign + 4 * malignant) / 18 - 1) < 1e-6


def test_a_lesion_free_part_is_a_normal_without_categories() -> None:
    source = training_set(dataclasses.replace(TINY, tissue_crops=1.0))
    batches = source.batches(0)
    parts = 0
    for step, group in enumerate(batches.drawn):
        batch = batches[step]
        for place, item in enumerate(group):
            if item.normal:
                parts += 1
                assert batch.targets.classes[place, CLASS_NAMES.index("normal")] == 1
                assert not batch.targets.masks[place].any()
                assert batch.targets.birads[place] == batch.targets.histology[place] == -1
    assert parts > 4


@pytest.mark.parametrize(("helper", "place"), [("birads", 2), ("histology", 1)])
def test_only_known_categories_of_a_helper_count(helper: str, place: int) -> None:
    batches = training_set(TINY).batches(0)
    for step, group in enumerate(batches.drawn):
        malignant = [item.variant.label == CLASS_NAMES.index("malignant") for item in group]
        assert getattr(batches[step].targets, helper).tolist() == [place if one else -1 for one in malignant]


def test_a_predicted_mask_is_a_channel_of_its_own() -> None:
    labels = list(CLASS_NAMES) * 2
    variants = [variant(n, label) for n, label in enumerate(labels)]
    own = [np.full((64, 64), n % 2, np.uint8) for n in range(6)]
    recipe = dataclasses.replace(TINY, batch=6)
    source = TrainingSet([example(n, label) for n, label in enumerate(labels)], variants, recipe, 1, own)
    batches = source.batches(0)
    for place, item in enumerate(batches.drawn[0]):
        assert (batches[0].images[place, 1] == item.variant.choice % 2).all()
