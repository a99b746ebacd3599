"""Rules for showing outlines keep normals clean at the least cost in lesions."""

from __future__ import annotations

import pytest

from Training.bundles.outline_rules import NEVER, Outlined, choose_outline_rules


def normal(probability: float, *evidence: float) -> Outlined:
    return Outlined("A", "normal", probability, evidence, (False,) * len(evidence))


def lesion(probability: float, evidence: float, dataset: str = "A") -> Outlined:
    return Outlined(dataset, "lesion", probability, (evidence,), (True,))


def test_a_clear_probability_of_normal_separates_them() -> None:
    found = [*[normal(0.9, 0.8)] * 10, *[lesion(0.1, 0.8)] * 30]
    rules = choose_outline_rules(found)
    assert 0.1 < rules.withhold_above <= 0.9
    assert rules.normals_outlined == 0
    assert rules.lesions_lost == 0


def test_weak_evidence_is_dropped_where_the_classifier_is_unsure() -> None:
    found = [*[normal(0.2, 0.62)] * 10, *[lesion(0.2, 0.95)] * 30]
    rules = choose_outline_rules(found)
    assert 0.62 < rules.lesion_evidence <= 0.95
    assert rules.lesions_lost == 0


def test_without_false_outlines_nothing_is_withheld() -> None:
    rules = choose_outline_rules([*[normal(0.9)] * 10, *[lesion(0.6, 0.7)] * 30])
    assert rules.withhold_above == NEVER
    assert rules.lesions_lost == 0


def test_of_equal_rules_the_weakest_is_taken() -> None:
    rules = choose_outline_rules([*[normal(0.88, 0.7)] * 10, *[lesion(0.1, 0.95)] * 30])
    assert rules.withhold_above == pytest.approx(0.85)
    assert rules.lesion_evidence == 0


def test_the_data_set_that_loses_most_decides() -> None:
    many = [*[normal(0.5, 0.9)] * 20, *[lesion(0.1, 0.9)] * 500]
    assert choose_outline_rules(many).withhold_above == pytest.approx(0.5)
    other = [*[lesion(0.6, 0.9, "B")] * 5, *[lesion(0.1, 0.9, "B")] * 15]
    assert choose_outline_rules([*many, *other]).lesions_lost <= 0.025


def test_inseparable_normals_do_not_cost_every_lesion() -> None:
    found = [*[normal(0.05, 0.95)] * 10, *[lesion(0.05, 0.95)] * 90]
    assert choose_outline_rules(found).lesions_lost == 0
