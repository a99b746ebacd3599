"""What descriptors say of malignancy is found from lesions, and how much of both opinions is said twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from BreastUSAILib.engine.bundles.bundle import load_segmenter, verify_bundle
from BreastUSAILib.engine.models.descriptor_evidence import MEASURES
from Testing.training.measure.samples import write_classifier, write_data, write_segmenter
from Training.bundles.writer import read_metadata
from Training.calibration.calibrate import calibrate_together
from Training.calibration.descriptor_evidence import LEAST, fit_evidence
from Training.calibration.outline_rules import calibrate_outlines
from Training.calibration.outlined import Outlined
from Training.cards.card import write_card
from Training.data.loading import load_examples


def found(
    count: int = 1500, malignant: float = 0.3, dataset: str = "A", sign: float = 1.0, twice: bool = False, seed: int = 0
) -> list[Outlined]:
    """Lesions whose classifier and whose solidity are normal about -1 and 1 of their class, with variance 2.

    The log-odds of either are then its own value. `twice`: solidity says the same as the classifier.
    """
    generator = np.random.default_rng(seed)
    truth = generator.random(count) < malignant
    each = np.where(truth, 1.0, -1.0)
    first, second = (generator.normal(each, np.sqrt(2)) for _ in range(2))
    return [
        Outlined(
            dataset,
            "lesion",
            0.9,
            (),
            malignant=bool(is_malignant),
            likelihood=float(expit(one)),
            measures={**dict.fromkeys(MEASURES, 0.5), "solidity": sign * float(one if twice else other)},
        )
        for is_malignant, one, other in zip(truth, first, second, strict=True)
    ]


def test_opinions_of_their_own_count_whole_whatever_the_share_of_malignant() -> None:
    evidence = fit_evidence(found(), "a")
    assert evidence is not None
    assert evidence.terms["solidity"].per_unit == pytest.approx(1.0, abs=0.15)
    assert evidence.weight == pytest.approx(1.0, abs=0.15)
    assert evidence.log_odds({**dict.fromkeys(MEASURES, 0.5), "solidity": 0.0}) == pytest.approx(0.0, abs=0.2)
    assert all(evidence.terms[name].per_unit == pytest.approx(0, abs=1e-3) for name in MEASURES if name != "solidity")


def test_what_is_said_twice_counts_half() -> None:
    evidence = fit_evidence(found(twice=True), "a")
    assert evidence is not None
    assert evidence.weight == pytest.approx(0.5, abs=0.08)


def test_collections_count_the_same_however_large() -> None:
    small, large = found(300, dataset="A", sign=-1.0), found(3000, dataset="B", seed=1)
    evidence = fit_evidence([*small, *large], "a")
    assert evidence is not None
    assert evidence.terms["solidity"].per_unit == pytest.approx(0.0, abs=0.15)


def test_measures_count_between_what_was_seen() -> None:
    evidence = fit_evidence(found(), "a")
    assert evidence is not None
    term = evidence.terms["solidity"]
    assert -5 < term.low < -2 < 2 < term.high < 5


def test_few_lesions_and_those_without_measures_fit_nothing() -> None:
    lesions = found(400)
    malignant = [one for one in lesions if one.malignant]
    benign = [one for one in lesions if not one.malignant]
    assert fit_evidence([*malignant[: LEAST - 1], *benign], "a") is None
    assert fit_evidence([*malignant[:LEAST], *benign], "a") is not None
    assert fit_evidence([replace(one, measures=None) for one in lesions], "a") is None
    assert fit_evidence([replace(one, malignant=None) for one in lesions], "a") is None


def test_a_pair_gets_it_from_collections_left_out_and_points_that_fit_it(tmp_path: Path) -> None:
    pair = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    examples = load_examples(write_data(tmp_path))
    calibrate_outlines(pair, (), found())
    evidence = load_segmenter(pair[1]).evidence
    assert evidence is not None
    assert evidence.classifier == verify_bundle(pair[0]).sha256
    assert f"solidity {evidence.terms['solidity'].per_unit:+g}" in write_card(pair[1], []).replace("\n", " ")

    calibrated = calibrate_together(pair, examples)
    after = read_metadata(pair[0])["breastusai"]
    assert after["operating_points"] == calibrated.operating_points
    assert after["calibration"]["least_confidence"] == calibrated.calibration.least_confidence
    verify_bundle(pair[0])

    calibrate_outlines(pair, examples)
    assert load_segmenter(pair[1]).evidence is None  # fitted on nothing that the pair does not know
