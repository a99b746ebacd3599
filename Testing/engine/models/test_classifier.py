"""A verdict at another prevalence: the likelihood and its interval move together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.explanations.explanation import Explainer
from BreastUSAILib.engine.findings.analysis import Label, Probabilities
from BreastUSAILib.engine.models.calibration import Calibration, Recalibration, log_odds
from BreastUSAILib.engine.models.classifier import Classifier

CALIBRATION = Calibration(1.0, 0.02, 0.08, 0.01, 0.5, prevalence=0.4)


def classifier(calibration: Calibration = CALIBRATION) -> Classifier:
    nothing: Explainer = None  # type: ignore[assignment]
    return Classifier(None, None, None, calibration, nothing)  # type: ignore[arg-type]


@st.composite
def probabilities(draw: st.DrawFn) -> Probabilities:
    odds = [draw(st.floats(0.001, 1)) for _ in range(3)]
    return Probabilities(*(value / sum(odds) for value in odds))


@given(probabilities(), st.floats(0.001, 0.999))
def test_the_interval_holds_the_likelihood_and_shrinks_to_neither_side(given: Probabilities, share: float) -> None:
    verdict = classifier().verdict(given, 3, share)
    assert verdict.malignancy is not None
    assert verdict.probabilities is not None
    assert verdict.malignancy.low < verdict.malignancy.probability < verdict.malignancy.high
    assert verdict.malignancy.probability == pytest.approx(verdict.probabilities.likelihood)
    assert (verdict.malignancy.prevalence, verdict.key_frame) == (share, 3)


@given(probabilities())
def test_the_likelihood_is_that_of_the_lesion_however_normal_the_frame_looks(given: Probabilities) -> None:
    verdict = classifier().verdict(given, 0, None)
    assert verdict.malignancy == CALIBRATION.malignancy(given.malignant / (given.benign + given.malignant))
    assert verdict.probabilities == given


@pytest.mark.parametrize(
    ("probabilities", "label"),
    [
        (Probabilities(0.97, 0.02, 0.01), Label.NORMAL),
        (Probabilities(0.94, 0.05, 0.01), Label.UNDETERMINED),  # normal is likelier, but not sure
        (Probabilities(0.55, 0.05, 0.40), Label.UNDETERMINED),
        (Probabilities(0.49, 0.05, 0.46), Label.MALIGNANT),
        (Probabilities(0.10, 0.80, 0.10), Label.BENIGN),
        (Probabilities(0.10, 0.40, 0.50), Label.UNDETERMINED),  # a lesion, of which kind is not sure
    ],
)
def test_normal_is_said_only_where_a_lesion_is_very_improbable(probabilities: Probabilities, label: Label) -> None:
    strict = dataclasses.replace(CALIBRATION, least_confidence=0.6, normal_below=0.05)
    assert classifier(strict).verdict(probabilities, 0, None).label is label


@given(probabilities())
def test_without_a_point_that_lesions_reach_nothing_is_called_normal(given: Probabilities) -> None:
    assert classifier().verdict(given, 0, None).label is not Label.NORMAL


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_what_is_called_normal_does_not_depend_on_the_prevalence(share: float) -> None:
    strict = classifier(dataclasses.replace(CALIBRATION, normal_below=0.05))
    assert strict.verdict(Probabilities(0.96, 0.02, 0.02), 0, share).label is Label.NORMAL
    assert strict.verdict(Probabilities(0.94, 0.03, 0.03), 0, share).label is Label.UNDETERMINED


@given(probabilities())
def test_at_the_calibrations_own_prevalence_nothing_moves(given: Probabilities) -> None:
    asked, plain = (classifier().verdict(given, 0, share).malignancy for share in (0.4, None))
    assert asked is not None
    assert plain is not None
    assert (asked.low, asked.probability, asked.high) == pytest.approx((plain.low, plain.probability, plain.high))


def test_the_word_is_that_of_the_shifted_probabilities() -> None:
    likely = Probabilities(0.0, 0.3, 0.7)
    assert classifier().verdict(likely, 0, None).label is Label.MALIGNANT
    assert classifier().verdict(likely, 0, 0.01).label is Label.BENIGN


def test_a_calibration_without_a_prevalence_cannot_be_shifted() -> None:
    with pytest.raises(OptionError):
        classifier(Calibration(1.0, 0.02, 0.08, 0.01, 0.5)).verdict(Probabilities(0.1, 0.2, 0.7), 0, 0.1)


@pytest.mark.parametrize("share", [0.02, 0.4, 0.9])
def test_what_was_recalibrated_on_lesions_is_malignant_or_benign_at_every_prevalence(share: float) -> None:
    """Bayes' rule moves its log-odds by one amount, however normal the frame around it looks."""
    own = dataclasses.replace(classifier(), lesion_recalibration=Recalibration(0.02, 0.05, 0.0, 0.8, -0.5))
    logits = np.array([1.5, 0.2, 0.4])
    native, shifted = (own.lesion_malignancy(logits, asked) for asked in (None, share))
    moved = log_odds(share) - log_odds(0.4)
    for end in ("low", "probability", "high"):
        assert log_odds(getattr(shifted, end)) == pytest.approx(log_odds(getattr(native, end)) + moved)


def test_an_interval_as_wide_as_can_be_causes_no_overflow() -> None:
    found = Recalibration(1e6, 1e6, 0.0, 100.0, 0.0).malignancy(1e-6)
    assert (found.low, found.probability) == pytest.approx((0.0, 0.0))
    assert found.high == pytest.approx(1.0)
