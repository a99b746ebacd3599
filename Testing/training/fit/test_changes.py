"""What a command line changes of a recipe, and what it refuses."""

from __future__ import annotations

import dataclasses

import pytest

from BreastUSAILib.engine.errors import OptionError
from Training.augmentation.augment import MOST, Augmentation
from Training.fit.changes import changed
from Training.recipes.registry import recipe_named, recipes

PAIR = recipe_named("shared-b0")


def test_a_schedule_in_words_replaces_the_recipes_own() -> None:
    assert changed(PAIR, ["160x3", "256x1"]).sides == [160, 160, 160, 256]
    assert changed(PAIR) is PAIR


@pytest.mark.parametrize("word", ["256", "x3", "256x", "8x2", "256x0", "256x-1"])
def test_words_that_are_not_a_schedule_are_named(word: str) -> None:
    with pytest.raises(OptionError, match=word):
        changed(PAIR, [word])


def test_batch_and_augmentation_replace_what_is_named_and_nothing_else() -> None:
    recipe = changed(PAIR, batch=32, augmentation=["mixup=0.5", "gamma=0.6"])
    own = dataclasses.replace(PAIR.augmentation, mixup=0.5, gamma=0.6)
    assert recipe == dataclasses.replace(PAIR, batch=32, augmentation=own)


@pytest.mark.parametrize(
    "word", ["mixup", "mixup=", "mixup=1.5", "gamma=-1", "gamma=nan", "gamma=inf", "shear=0.1", "gain=2"]
)
def test_words_that_are_not_an_augmentation_are_named(word: str) -> None:
    with pytest.raises(OptionError, match=word):
        changed(PAIR, augmentation=[word])


def test_nothing_can_be_turned_upside_down() -> None:
    with pytest.raises(OptionError, match="rotation_degrees=180"):
        changed(PAIR, augmentation=["rotation_degrees=180"])


def test_every_field_has_a_limit_that_all_recipes_keep() -> None:
    assert set(MOST) == {field.name for field in dataclasses.fields(Augmentation)}
    for recipe in recipes().values():
        assert all(value <= MOST[name] for name, value in dataclasses.asdict(recipe.augmentation).items())


def test_two_ways_to_mix_share_one_draw() -> None:
    with pytest.raises(OptionError, match="together"):
        changed(PAIR, augmentation=["mixup=0.6", "cutmix=0.6"])


def test_sampling_replaces_what_is_named() -> None:
    recipe = changed(PAIR, sampling=["normal_share=0.3", "collection_repeats=2"])
    assert recipe == dataclasses.replace(PAIR, normal_share=0.3, collection_repeats=2)


@pytest.mark.parametrize(
    "word", ["normal_share=0.9", "normal_repeats=0", "normal_repeats=1.5", "batch=4", "tissue_crops"]
)
def test_words_that_are_not_a_way_to_sample_are_named(word: str) -> None:
    with pytest.raises(OptionError, match=word):
        changed(PAIR, sampling=[word])


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(OptionError, match="batch"):
        changed(PAIR, batch=0)


def test_a_learning_rate_is_above_nothing_and_at_most_one() -> None:
    assert changed(PAIR, learning_rate=3e-4).learning_rate == 3e-4
    for rate in (0.0, -1e-3, 1.5, float("nan")):
        with pytest.raises(OptionError, match="learning rate"):
            changed(PAIR, learning_rate=rate)


def test_another_size_takes_the_schedule_with_it() -> None:
    recipe = changed(PAIR, size=384)
    assert recipe.preprocessing == dataclasses.replace(PAIR.preprocessing, size=384)
    assert recipe.schedule == ((288, 4), (320, 2), (384, 3))
    assert changed(PAIR, ["256x1"], size=384).schedule == ((256, 1),)


@pytest.mark.parametrize("size", [0, 32, 250, 2048, -256])
def test_sizes_that_do_not_fit_are_refused(size: int) -> None:
    with pytest.raises(OptionError, match=str(size)):
        changed(PAIR, size=size)


def test_a_network_of_one_size_keeps_it() -> None:
    with pytest.raises(OptionError, match="vit-base"):
        changed(recipe_named("vit-base"), size=384)


def test_helpers_are_known_and_help_a_pair() -> None:
    assert changed(PAIR, helpers=["histology", "birads", "histology"]).helpers == ("birads", "histology")
    assert changed(PAIR, helpers=["none"]).helpers == ()
    with pytest.raises(OptionError, match="'age'"):
        changed(PAIR, helpers=["age"])
    with pytest.raises(OptionError, match="efficientnet-b0"):
        changed(recipe_named("efficientnet-b0"), helpers=["birads"])
