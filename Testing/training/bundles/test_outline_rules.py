"""Rules for showing outlines keep normals clean at the least cost in lesions."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundle import load_segmenter, verify_bundle
from Testing.training.measure.samples import write_classifier, write_data, write_segmenter
from Training.bundles.lesion_gap import GAPS, GapChoice
from Training.bundles.outline_rules import OutlineRules, calibrate_outlines, choose_outline_rules, write_outline_rules
from Training.bundles.outlined import NEVER, Outline, Outlined
from Training.bundles.writer import read_metadata
from Training.data.loading import load_examples


def normal(probability: float, *evidence: float) -> Outlined:
    return Outlined("A", "normal", probability, tuple(Outline(value, 50, 0) for value in evidence))


def lesion(probability: float, evidence: float, dataset: str = "A") -> Outlined:
    return Outlined(dataset, "lesion", probability, (Outline(evidence, 50, 40),), 45)


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
    assert (rules.withhold_above, rules.withhold_below) == (pytest.approx(0.85), pytest.approx(0.8))
    assert rules.lesion_evidence == 0


def test_a_sure_outline_is_shown_on_what_is_called_normal_where_normals_have_none_so_sure() -> None:
    rules = choose_outline_rules([*[normal(0.7, 0.88)] * 10, *[lesion(0.1, 0.8)] * 60, lesion(0.9, 0.93)])
    assert rules.withhold_below == pytest.approx(0.9)
    assert rules.normals_outlined == rules.lesions_lost == 0


def test_an_outline_as_sure_on_a_normal_is_withheld_with_all_others() -> None:
    rules = choose_outline_rules([*[normal(0.7, 0.97)] * 10, *[lesion(0.1, 0.8)] * 60, lesion(0.9, 0.93)])
    assert rules.withhold_below == NEVER
    assert rules.normals_outlined == 0
    assert 0 < rules.lesions_lost < 0.025


def test_the_data_set_that_loses_most_decides() -> None:
    many = [*[normal(0.5, 0.9)] * 20, *[lesion(0.1, 0.9)] * 500]
    assert choose_outline_rules(many).withhold_above == pytest.approx(0.5)
    other = [*[lesion(0.6, 0.9, "B")] * 5, *[lesion(0.1, 0.9, "B")] * 15]
    assert choose_outline_rules([*many, *other]).lesions_lost <= 0.025


def test_inseparable_normals_do_not_cost_every_lesion() -> None:
    found = [*[normal(0.05, 0.95)] * 10, *[lesion(0.05, 0.95)] * 90]
    assert choose_outline_rules(found).lesions_lost == 0


def test_no_rule_at_all_is_written_and_read_back(tmp_path: Path) -> None:
    segmenter = write_segmenter(tmp_path)
    rules = OutlineRules(NEVER, NEVER, 0.0, 0.0, 0.0, 0.0)
    write_outline_rules(segmenter, GapChoice(math.inf, {}), rules)
    own = read_metadata(segmenter)["breastusai"]
    assert own["withhold_above"] is own["withhold_below"] is own["lesion_gap"] is None
    loaded = load_segmenter(segmenter)
    assert loaded.withhold_above == loaded.withhold_below == loaded.lesion_gap == math.inf


def test_the_pairs_segmenter_gets_all_rules_and_what_each_gap_gave(tmp_path: Path) -> None:
    segmenter = write_segmenter(tmp_path)
    examples = load_examples(write_data(tmp_path))
    gap, rules = calibrate_outlines([write_classifier(tmp_path), segmenter], examples)
    verify_bundle(segmenter)
    loaded, report = load_segmenter(segmenter), read_metadata(segmenter)["outline_rules_report"]
    assert loaded.lesion_gap == gap.gap
    assert (loaded.withhold_above, loaded.lesion_evidence) == (rules.withhold_above, rules.lesion_evidence)
    assert loaded.withhold_below == rules.withhold_below
    assert [one["gap"] for one in report["gaps"]] == [*GAPS[:-1], None]
    assert set(report["gaps"][0]["dice"]) == {"made-up"}
