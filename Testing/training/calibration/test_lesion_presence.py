"""What both networks' answers are worth together is found from examples of both kinds."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from Training.calibration.lesion_presence import LEAST_NORMALS, fit_presence, with_presence
from Training.calibration.outlined import Outlined


def found(classified: float, outlined: float, lesions: int = 600, normals: int = 300, seed: int = 0) -> list[Outlined]:
    """Images whose two answers are log-odds of a lesion, right by that much, each with noise of its own."""
    generator = np.random.default_rng(seed)
    kinds = ["lesion"] * lesions + ["normal"] * normals
    truth = np.array([1.0 if kind == "lesion" else -1.0 for kind in kinds])
    first, second = (strength * truth + generator.normal(size=len(kinds)) for strength in (classified, outlined))
    return [
        Outlined("A", kind, float(expit(one)), (), surest=float(other))
        for kind, one, other in zip(kinds, first, second, strict=True)
    ]


def test_it_finds_what_each_answer_is_worth() -> None:
    """Two normal distributions of variance 1 at -d and d: the log-odds are 2 d x, whatever the share of lesions."""
    presence = fit_presence(found(0.5, 1.0), "a")
    assert presence is not None
    assert presence.classified == pytest.approx(1.0, abs=0.25)
    assert presence.outlined == pytest.approx(2.0, abs=0.4)
    assert presence.constant == pytest.approx(0.0, abs=0.3)
    assert presence.classifier == "a"


def test_an_answer_that_says_the_contrary_counts_nothing() -> None:
    presence = fit_presence(found(1.0, -1.0), "a")
    assert presence is not None
    assert presence.outlined == 0


def test_normal_is_said_below_what_99_percent_of_lesions_reach() -> None:
    images = found(1.0, 1.0)
    presence = fit_presence(images, "a")
    together = with_presence(images, presence)
    assert presence is not None
    below = np.mean([one.lesion < presence.normal_below for one in together if one.kind == "lesion"])
    assert 0.005 <= below <= 0.01
    assert np.mean([one.lesion < presence.normal_below for one in together if one.kind == "normal"]) > 0.5


def test_few_normals_fit_nothing() -> None:
    assert fit_presence(found(1.0, 1.0, normals=LEAST_NORMALS - 1), "a") is None
    assert fit_presence(found(1.0, 1.0, normals=0), "a") is None
    parts = [dataclasses.replace(one, kind="part") for one in found(1.0, 1.0, lesions=0)]
    assert fit_presence([*found(1.0, 1.0, normals=0), *parts], "a") is None


def test_each_collection_has_a_zero_of_its_own_for_each_was_looked_at_by_another_pair() -> None:
    """Pooled, the lesions of the one look as the normals of the other, and neither answer would be worth anything."""
    shifted = [
        dataclasses.replace(one, dataset="B", lesion=float(expit(np.log(one.lesion / (1 - one.lesion)) - 4)))
        for one in found(1.5, 0.0, seed=1)
    ]
    presence = fit_presence([*found(1.5, 0.0, seed=2), *shifted], "a")
    assert presence is not None
    assert presence.classified == pytest.approx(3.0, abs=0.6)
    assert presence.constant / presence.classified == pytest.approx(2.0, abs=0.3)  # in the middle of 0 and 4


def test_normal_is_said_by_each_collections_own_zero() -> None:
    images = found(1.5, 0.0, seed=1)
    shifted = [
        dataclasses.replace(one, dataset="B", lesion=float(expit(np.log(one.lesion / (1 - one.lesion)) - 4)))
        for one in images
    ]
    alone, both = fit_presence(images, "a"), fit_presence([*images, *shifted], "a")
    assert alone is not None
    assert both is not None
    assert both.normal_below == pytest.approx(alone.normal_below, rel=0.05)


def test_lesions_of_a_collection_without_normals_count_for_nothing() -> None:
    images, others = found(1.5, 0.0), [dataclasses.replace(one, dataset="B") for one in found(-3.0, 0.0, normals=0)]
    assert fit_presence([*images, *others], "a") == fit_presence(images, "a")
