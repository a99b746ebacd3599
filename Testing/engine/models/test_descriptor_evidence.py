"""What the descriptors of an outline say of malignancy is added to what the classifier says, where it was fitted so."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.special import expit, logit

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.bundle import Models
from BreastUSAILib.engine.findings.analysis import Analysis, Probabilities
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.lesions.descriptors.evidence import all_measures, evidence_measures, main_lesion
from BreastUSAILib.engine.models.descriptor_evidence import MEASURES, DescriptorEvidence, Term
from BreastUSAILib.engine.options import AnalyzeOptions
from Testing.engine.conftest import speckle_frames

FLAT = {name: Term(0.0, -10.0, 10.0) for name in MEASURES}
TALL = DescriptorEvidence("a", 0.5, {**FLAT, "log_height_width_ratio": Term(2.0, -1.0, 1.0)}, weight=0.8)
ZEROS = dict.fromkeys(MEASURES, 0.0)


def test_both_log_odds_are_added_and_weighed_about_the_prevalence() -> None:
    tall = {**ZEROS, "log_height_width_ratio": 0.3}
    assert TALL.log_odds(tall) == pytest.approx(1.1)
    assert TALL.likelihood(0.5, tall, None) == pytest.approx(expit(0.8 * 1.1))
    assert TALL.likelihood(0.3, tall, 0.3) == pytest.approx(expit(logit(0.3) + 0.8 * 1.1))
    assert TALL.likelihood(0.6, tall, 0.3) == pytest.approx(
        expit(logit(0.3) + 0.8 * (logit(0.6) - logit(0.3) + 1.1))
    )  # fmt: skip


def test_a_measure_beyond_what_was_seen_counts_as_the_end_of_it() -> None:
    assert TALL.log_odds({**ZEROS, "log_height_width_ratio": 5.0}) == pytest.approx(2.5)
    assert TALL.log_odds({**ZEROS, "log_height_width_ratio": -5.0}) == pytest.approx(-1.5)


def test_whether_there_is_a_lesion_stays_as_it_was() -> None:
    composed = TALL.composed(Probabilities(0.4, 0.3, 0.3), ZEROS, None)
    assert composed.normal == pytest.approx(0.4)
    assert composed.likelihood == pytest.approx(expit(0.4))
    assert sum(dataclasses.astuple(composed)) == pytest.approx(1)


def test_terms_of_other_measures_and_a_weight_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="terms of"):
        DescriptorEvidence("a", 0.0, {"sharpness": Term(1, 0, 1)}, 1.0)
    with pytest.raises(ValueError, match="weight"):
        DescriptorEvidence("a", 0.0, FLAT, 0.0)


def with_evidence(models: Models, evidence: DescriptorEvidence = TALL) -> Models:
    own = dataclasses.replace(evidence, classifier=models.classifier.identity.sha256)
    return dataclasses.replace(models, segmenter=dataclasses.replace(models.segmenter, evidence=own))


def box_mask(width: int, height: int) -> dict[int, np.ndarray]:
    labels = np.zeros((120, 160), np.uint8)
    labels[20 : 20 + height, 40 : 40 + width] = 1
    return {0: labels}


def likelihood(found: Analysis) -> float:
    assert found.verdict.malignancy is not None
    return found.verdict.malignancy.probability


def lesions_own(found: Analysis) -> float:
    assert found.lesions[0].malignancy is not None
    return found.lesions[0].malignancy.probability


def test_an_outlined_frames_likelihood_is_of_both(untrained: Models) -> None:
    everything = dataclasses.replace(untrained, segmenter=dataclasses.replace(untrained.segmenter, threshold=0.6))
    alone = Analyzer(everything).analyze(speckle_frames())
    together = Analyzer(with_evidence(everything)).analyze(speckle_frames())
    lesion = main_lesion(alone.lesions)
    assert lesion is not None
    measures = evidence_measures(all_measures(lesion, Rectangle(*alone.input.region_px)))
    assert measures is not None
    prevalence = everything.classifier.calibration.prevalence
    assert likelihood(together) == pytest.approx(TALL.likelihood(likelihood(alone), measures, prevalence))
    assert likelihood(together) != pytest.approx(likelihood(alone), abs=0.01)
    assert together.verdict.probabilities is not None
    assert together.verdict.probabilities == together.frames[0].probabilities


def test_a_frame_without_an_outline_has_the_classifiers_likelihood(untrained: Models) -> None:
    nothing = {0: np.zeros((120, 160), np.uint8)}
    alone = Analyzer(untrained).rescore(speckle_frames(), nothing)
    assert likelihood(Analyzer(with_evidence(untrained)).rescore(speckle_frames(), nothing)) == likelihood(alone)


def test_a_likelihood_follows_the_edited_outline(untrained: Models) -> None:
    analyzer, alone = Analyzer(with_evidence(untrained)), Analyzer(untrained)
    wide, tall = (analyzer.rescore(speckle_frames(), box_mask(*size)) for size in ((40, 20), (20, 40)))
    assert likelihood(tall) > likelihood(wide)
    assert lesions_own(tall) > lesions_own(wide)
    plain = [likelihood(alone.rescore(speckle_frames(), box_mask(*size))) for size in ((40, 20), (20, 40))]
    assert plain[0] == plain[1]


def test_a_prevalence_shifts_the_likelihood_of_both(untrained: Models) -> None:
    calibration = dataclasses.replace(untrained.classifier.calibration, prevalence=0.4)
    models = dataclasses.replace(
        untrained, classifier=dataclasses.replace(untrained.classifier, calibration=calibration)
    )
    analyzer = Analyzer(with_evidence(models))
    native, shifted = (
        likelihood(analyzer.rescore(speckle_frames(), box_mask(20, 40), AnalyzeOptions(prevalence=prevalence)))
        for prevalence in (None, 0.1)
    )
    assert logit(shifted) == pytest.approx(logit(native) + logit(0.1) - logit(0.4))


def test_with_another_classifier_that_one_is_asked_alone(untrained: Models) -> None:
    segmenter = dataclasses.replace(untrained.segmenter, evidence=TALL)
    found = Analyzer(dataclasses.replace(untrained, segmenter=segmenter)).rescore(speckle_frames(), box_mask(20, 40))
    assert likelihood(found) == likelihood(Analyzer(untrained).rescore(speckle_frames(), box_mask(20, 40)))


def test_the_main_lesion_is_the_surest_and_largest_and_one_without_measures_says_nothing(untrained: Models) -> None:
    found = Analyzer(untrained).rescore(speckle_frames(), box_mask(20, 40))
    (lesion,) = found.lesions
    faint = dataclasses.replace(lesion, id=2, mean_probability=lesion.mean_probability / 2)
    large = dataclasses.replace(lesion, id=3, area_px=4 * lesion.area_px, mean_probability=lesion.mean_probability)
    assert main_lesion([lesion, faint]) is lesion
    assert main_lesion([lesion, large]) is large
    assert main_lesion([]) is None
    region = Rectangle(0, 0, 160, 120)
    measures = evidence_measures(all_measures(lesion, region))
    assert measures is not None
    assert set(measures) == set(MEASURES)
    assert measures["log_height_width_ratio"] == pytest.approx(math.log(2))
    assert measures["log_share_of_region"] == pytest.approx(math.log(800 / 19200))
    assert evidence_measures(all_measures(dataclasses.replace(lesion, descriptors=()), region)) is None
