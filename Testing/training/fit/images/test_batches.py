"""A pass over the examples is the same for the same seed and number, whatever came before."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from Training.data.example import CLASS_NAMES, Example
from Training.fit.images.batches import TrainingSet
from Training.recipes.shared_b0 import RECIPE

from ..made_up import SMALL, example, training_set, variant

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


def of_collections(**counts: tuple[int, int]) -> list[Example]:
    """Examples of collections: so many lesions and so many normals in each."""
    labels = [
        (name, label)
        for name, (lesions, normals) in counts.items()
        for label in ["benign"] * lesions + ["normal"] * normals
    ]
    return [dataclasses.replace(example(n, label), dataset=name) for n, (name, label) in enumerate(labels)]


def shown_in_a_pass(examples: list[Example], **differences: Any) -> tuple[dict[str, dict[str, int]], Tensor]:
    """By collection, how often a pass shows a whole lesion, a normal and a lesion-free part; and the class weights."""
    recipe = dataclasses.replace(TINY, batch=1, **differences)
    variants = [variant(n, one.label) for n, one in enumerate(examples)]
    source = TrainingSet(examples, variants, recipe, seed=1)
    shown: dict[str, dict[str, int]] = {}
    for number in range(20):
        for group in source.batches(number).drawn:
            for item in group:
                own = shown.setdefault(examples[item.variant.choice].dataset, {"lesion": 0, "normal": 0, "part": 0})
                own["part" if item.normal else "lesion" if item.variant.label else "normal"] += 1
    return {
        name: {kind: round(n / 20) for kind, n in own.items()} for name, own in shown.items()
    }, source.class_weights()


def test_every_collection_shows_the_same_share_without_a_lesion() -> None:
    """No normals: parts alone. Some: they come as often as they may, then parts. Many: as many as it takes."""
    examples = of_collections(none=(40, 0), some=(40, 5), many=(20, 60))
    shown, weights = shown_in_a_pass(examples, normal_share=0.3, normal_repeats=2)
    assert shown["many"] == {"lesion": 20, "normal": 9, "part": 0}
    assert shown["some"]["normal"] == 10
    for name, total in (("none", 40), ("some", 50)):
        own = shown[name]
        assert sum(own.values()) == total
        assert (own["normal"] + own["part"]) / total == pytest.approx(0.3, abs=0.08)
    without = sum(own["normal"] + own["part"] for own in shown.values())
    lesions = sum(own["lesion"] for own in shown.values())
    assert float(weights[0] / weights[1]) == pytest.approx((lesions / without) ** 0.5, rel=0.1)


def test_a_smaller_collections_lesions_come_more_often_and_never_more_than_the_recipe_says() -> None:
    examples = of_collections(large=(40, 0), half=(20, 10), tiny=(4, 0))
    shown, _ = shown_in_a_pass(examples, normal_share=0.2, collection_repeats=3)
    assert {name: own["lesion"] + own["part"] for name, own in shown.items()} == {"large": 40, "half": 40, "tiny": 12}
    assert shown["half"]["normal"] == 10


@pytest.mark.parametrize(("asked", "times"), [(0, 1), (30, 1), (70, 2), (200, 5)])
def test_a_pass_over_few_pictures_shows_all_of_them_as_often_as_it_takes(asked: int, times: int) -> None:
    shown, _ = shown_in_a_pass(of_collections(one=(30, 10)), pass_pictures=asked)
    assert shown["one"]["lesion"] == 30 * times
    assert shown["one"]["normal"] == 10 * times


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
