"""Rules for showing outlines keep normals clean at the least cost in lesions."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundles.bundle import load_segmenter, verify_bundle
from BreastUSAILib.engine.errors import InputError
from Testing.training.measure.samples import write_classifier, write_data, write_segmenter
from Training.bundles.writer import read_metadata
from Training.calibration.lesion_gap import GAPS, GapChoice
from Training.calibration.outline_rules import (
    OutlineRules,
    calibrate_outlines,
    choose_outline_rules,
    write_outline_rules,
)
from Training.calibration.outlined import NEVER, Outline, Outlined, read_outlined, write_outlined
from Training.cards.card import write_card
from Training.data.loading import load_examples


def normal(lesion_probability: float, *evidence: float) -> Outlined:
    return Outlined("A", "normal", lesion_probability, tuple(Outline(value, 50, 0) for value in evidence))


def lesion(lesion_probability: float, evidence: float, dataset: str = "A") -> Outlined:
    return Outlined(dataset, "lesion", lesion_probability, (Outline(evidence, 50, 40),), 45)


def test_on_what_is_called_normal_outlines_are_withheld() -> None:
    found = [*[normal(0.1, 0.8)] * 10, *[lesion(0.9, 0.8)] * 30]
    rules = choose_outline_rules(found, 0.2)
    assert rules.normals_outlined == rules.lesions_lost == rules.lesion_evidence == 0
    assert choose_outline_rules(found, 0.05).normals_outlined == 1  # which nothing tells from a lesion then


def test_weak_evidence_is_dropped_where_the_classifier_is_unsure() -> None:
    found = [*[normal(0.8, 0.62)] * 10, *[lesion(0.8, 0.95)] * 30]
    rules = choose_outline_rules(found, 0.1)
    assert 0.62 < rules.lesion_evidence <= 0.95
    assert rules.lesions_lost == 0


def test_of_equal_rules_the_weakest_is_taken() -> None:
    rules = choose_outline_rules([*[normal(0.1, 0.7)] * 10, *[lesion(0.9, 0.95)] * 30], 0.2)
    assert rules.withhold_below == pytest.approx(0.8)
    assert rules.lesion_evidence == 0


def test_a_sure_outline_is_shown_on_what_is_called_normal_where_normals_have_none_so_sure() -> None:
    rules = choose_outline_rules([*[normal(0.1, 0.88)] * 10, *[lesion(0.9, 0.8)] * 60, lesion(0.1, 0.93)], 0.2)
    assert rules.withhold_below == pytest.approx(0.9)
    assert rules.normals_outlined == rules.lesions_lost == 0


def test_an_outline_as_sure_on_a_normal_is_withheld_with_all_others() -> None:
    rules = choose_outline_rules([*[normal(0.1, 0.97)] * 10, *[lesion(0.9, 0.8)] * 60, lesion(0.1, 0.93)], 0.2)
    assert rules.withhold_below == NEVER
    assert rules.normals_outlined == 0
    assert 0 < rules.lesions_lost < 0.025


def test_the_data_set_that_loses_most_decides() -> None:
    many = [*[normal(0.5, 0.72)] * 20, *[lesion(0.9, 0.9)] * 500]
    assert choose_outline_rules(many, 0.1).lesion_evidence == pytest.approx(0.75)
    other = [*[lesion(0.9, 0.7, "B")] * 5, *[lesion(0.9, 0.9, "B")] * 15]
    assert choose_outline_rules([*many, *other], 0.1).lesion_evidence < 0.7


def test_lesions_that_are_called_normal_are_not_made_up_for_by_showing_less_elsewhere() -> None:
    found = [*[normal(0.9, 0.7)] * 10, *[lesion(0.9, 0.9)] * 20, *[lesion(0.01, 0.6)] * 2]
    rules = choose_outline_rules(found, 0.1)
    assert rules.lesions_lost == pytest.approx(2 / 22)
    assert rules.normals_outlined == 0


def test_inseparable_normals_do_not_cost_every_lesion() -> None:
    found = [*[normal(0.95, 0.95)] * 10, *[lesion(0.95, 0.95)] * 90]
    assert choose_outline_rules(found, 0.2).lesions_lost == 0


def test_no_rule_at_all_is_written_and_read_back(tmp_path: Path) -> None:
    segmenter = write_segmenter(tmp_path)
    rules = OutlineRules(0.0, NEVER, 0.0, 0.0, 0.0, 0.0)
    write_outline_rules(segmenter, GapChoice(math.inf, {}), rules)
    own = read_metadata(segmenter)["breastusai"]
    assert own["withhold_below"] is own["lesion_gap"] is None
    loaded = load_segmenter(segmenter)
    assert loaded.withhold_below == loaded.lesion_gap == math.inf


def test_the_pairs_segmenter_gets_all_rules_and_what_each_gap_gave(tmp_path: Path) -> None:
    segmenter = write_segmenter(tmp_path)
    examples = load_examples(write_data(tmp_path))
    gap, rules = calibrate_outlines([write_classifier(tmp_path), segmenter], examples)
    verify_bundle(segmenter)
    loaded, report = load_segmenter(segmenter), read_metadata(segmenter)["outline_rules_report"]
    assert loaded.lesion_gap == gap.gap
    assert (loaded.withhold_below, loaded.lesion_evidence) == (rules.withhold_below, rules.lesion_evidence)
    assert [one["gap"] for one in report["gaps"]] == [*GAPS[:-1], None]
    assert set(report["gaps"][0]["dice"]) == {"made-up"}


def test_what_is_normal_is_chosen_on_collections_left_out_where_there_are_some(tmp_path: Path) -> None:
    pair = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    left_out = [*[lesion(0.9, 0.9, "B")] * 60, lesion(0.3, 0.9, "B"), lesion(0.2, 0.9, "B"), *[normal(0.1, 0.8)] * 9]
    _, rules = calibrate_outlines(pair, (), left_out)
    classifier, segmenter = read_metadata(pair[0]), read_metadata(pair[1])
    assert rules.normal_below == classifier["breastusai"]["calibration"]["normal_below"] == pytest.approx(0.3)
    assert classifier["calibration_report"]["normal"]["from"] == "collections left out of the training: B, A"
    assert segmenter["outline_rules_report"]["from"] == "collections left out of the training: B, A"
    assert rules.normals_outlined == 0


def test_with_enough_normals_whether_there_is_a_lesion_is_asked_of_both_networks(tmp_path: Path) -> None:
    """Here the classifier tells nothing and the surest tissue does: an image is normal by what the latter says."""
    pair = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    lesions = [replace(lesion(0.5, 0.9, "B"), surest=2.0 + 0.01 * n) for n in range(60)]
    normals = [replace(normal(0.5, 0.8), dataset="B", surest=-2.0 + 0.01 * n) for n in range(60)]
    _, rules = calibrate_outlines(pair, (), [*lesions, *normals])
    presence = load_segmenter(pair[1]).presence
    assert presence is not None
    assert presence.classifier == verify_bundle(pair[0]).sha256
    assert presence.outlined > 0.5
    assert rules.normal_below == presence.normal_below > presence.probability(0.5, -1.4)
    assert rules.normals_outlined == rules.lesions_lost == 0
    assert f"{presence.outlined} times the second" in write_card(pair[1], []).replace("\n", " ")

    calibrate_outlines(pair, load_examples(write_data(tmp_path)))
    assert load_segmenter(pair[1]).presence is None  # fitted on nothing that the pair does not know


def test_what_was_found_on_a_left_out_collection_is_written_and_read_back(tmp_path: Path) -> None:
    found = [lesion(0.9, 0.8), normal(0.123456789, 0.7, 0.6), Outlined("B", "normal", 0.5, ())]
    write_outlined(found, tmp_path / "outlined.json")
    assert read_outlined(tmp_path / "outlined.json") == found
    (tmp_path / "other.json").write_text('[{"dataset": "A"}]')
    with pytest.raises(InputError, match=r"other\.json.*loco"):
        read_outlined(tmp_path / "other.json")
