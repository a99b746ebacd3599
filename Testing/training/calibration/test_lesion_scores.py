"""The likelihood of a corrected outline is recalibrated on outlined lesions, where there are enough of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.bundles.bundle import METADATA, load_classifier
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.models.calibration import Recalibration
from Testing.training.measure.samples import write_classifier, write_data, write_segmenter
from Training.bundles.writer import read_metadata, rewrite_bundle
from Training.calibration.lesion_scores import LEAST, LesionScores, calibrate_lesions, fit_recalibration
from Training.data.loading import load_examples


def scores(count: int, slope: float, intercept: float) -> LesionScores:
    """Lesions whose truth follows a logistic change of their likelihood."""
    generator = np.random.default_rng(7)
    odds = generator.normal(0, 2, count)
    malignant = generator.random(count) < 1 / (1 + np.exp(-(slope * odds + intercept)))
    likelihood = 1 / (1 + np.exp(-odds))
    return LesionScores(likelihood, likelihood, malignant, [str(number) for number in range(count)])


def test_likelihoods_that_read_high_are_brought_down() -> None:
    found = scores(4000, 0.7, -1.0)
    fitted = fit_recalibration(found)
    assert fitted is not None
    assert (fitted.slope, fitted.intercept) == pytest.approx((0.7, -1.0), abs=0.12)
    after = [fitted.malignancy(float(value)).probability for value in found.lesion]
    assert np.mean(after) == pytest.approx(found.malignant.mean(), abs=0.01)
    assert np.mean(found.lesion) > found.malignant.mean() + 0.1


def test_more_lesions_give_a_narrower_interval() -> None:
    wide, narrow = (fit_recalibration(scores(count, 1.0, 0.0)) for count in (100, 2000))
    assert wide is not None
    assert narrow is not None
    assert narrow.reach(1.0) < wide.reach(1.0)


def test_too_few_lesions_and_reversed_ones_give_none() -> None:
    few = scores(500, 1.0, 0.0)
    places = np.flatnonzero(few.malignant)[: LEAST - 1].tolist() + np.flatnonzero(~few.malignant).tolist()
    picked = LesionScores(few.frame[places], few.lesion[places], few.malignant[places], ["a"] * len(places))
    assert fit_recalibration(picked) is None
    assert fit_recalibration(scores(2000, -1.0, 0.0)) is None


def test_the_pairs_classifier_states_it_or_that_there_is_none(tmp_path: Path) -> None:
    bundles = [write_classifier(tmp_path), write_segmenter(tmp_path)]
    examples = load_examples(write_data(tmp_path))
    assert calibrate_lesions(bundles, examples) is None
    assert json.loads((bundles[0] / METADATA).read_text())["breastusai"]["lesion_recalibration"] is None
    assert load_classifier(bundles[0]).lesion_recalibration is None


def test_a_bundles_recalibration_is_read_and_checked(tmp_path: Path) -> None:
    bundle = write_classifier(tmp_path)
    metadata = read_metadata(bundle)
    stated = {
        "slope": 0.8, "intercept": -0.3, "slope_variance": 0.01, "intercept_variance": 0.02, "covariance": 0.0,
    }  # fmt: skip
    metadata["breastusai"]["lesion_recalibration"] = stated
    rewrite_bundle(bundle, metadata=metadata)
    assert load_classifier(bundle).lesion_recalibration == Recalibration(**stated)
    metadata["breastusai"]["lesion_recalibration"] = {**stated, "slope": -1.0}
    rewrite_bundle(bundle, metadata=metadata)
    with pytest.raises(ModelError, match="slope"):
        load_classifier(bundle)
