"""A prevalence that the reader states shifts the probabilities by Bayes' rule, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.models.calibration import Calibration

FITTED = Calibration(1.2, 0.02, 0.05, 0.0, 0.5, prevalence=0.4)
SHARES = st.floats(0.01, 0.99)


@st.composite
def probabilities(draw: st.DrawFn) -> np.ndarray:
    odds = np.array([draw(st.floats(0.001, 1)) for _ in range(3)])
    return odds / odds.sum()


def test_a_textbook_case() -> None:
    # An even-odds finding in a clinic where 40 % of lesions are malignant, seen where 10 % are:
    # odds 1 x (0.1/0.9) / (0.4/0.6) = 1/6.
    shifted = FITTED.at_prevalence(np.array([0.0, 0.5, 0.5]), 0.10)
    assert shifted[2] == pytest.approx(1 / 7)


def test_the_classes_shares_move_as_the_lesions_do() -> None:
    # Forecasts that know nothing but the shares themselves must return the new shares, normals untouched.
    normal, prevalence = 0.2, 0.05
    known = np.array([normal, 0.8 * 0.6, 0.8 * 0.4])
    expected = [normal, 0.8 * (1 - prevalence), 0.8 * prevalence]
    assert FITTED.at_prevalence(known, prevalence) == pytest.approx(expected)


@given(probabilities(), SHARES)
def test_they_stay_probabilities(values: np.ndarray, prevalence: float) -> None:
    shifted = FITTED.at_prevalence(np.stack([values, values[::-1]]), prevalence)
    assert shifted.shape == (2, 3)
    assert shifted.min() >= 0
    assert shifted.sum(axis=1) == pytest.approx([1, 1])


@given(probabilities())
def test_the_calibrations_own_prevalence_changes_nothing(values: np.ndarray) -> None:
    assert FITTED.at_prevalence(values, 0.4) == pytest.approx(values)


@given(probabilities(), SHARES, SHARES)
def test_more_prevalent_means_more_likely_and_the_order_of_images_stays(
    values: np.ndarray, one: float, two: float
) -> None:
    rarer, commoner = sorted((one, two))
    assert FITTED.at_prevalence(values, rarer)[2] <= FITTED.at_prevalence(values, commoner)[2] + 1e-12


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.1, 40.0, float("nan")])
def test_what_is_not_a_share_is_refused(prevalence: float) -> None:
    with pytest.raises(OptionError, match="prevalence"):
        FITTED.at_prevalence(np.array([0.2, 0.3, 0.5]), prevalence)


def test_a_bundle_that_does_not_state_its_own_is_refused() -> None:
    with pytest.raises(OptionError, match="does not state"):
        Calibration(1.0, 0.0, 0.0, 0.0, 0.5).at_prevalence(np.array([0.2, 0.3, 0.5]), 0.1)


def test_an_old_bundles_calibration_has_no_bias_and_a_new_ones_is_added_to_the_logits() -> None:
    logits = np.array([[1.0, 2.0, 3.0]])
    old = Calibration(2.0, 0.0, 0.0, 0.0, 0.5)
    new = Calibration(**{**vars(old), "bias": [0.0, 0.0, np.log(2)]})
    assert new.bias == (0.0, 0.0, np.log(2))
    before, after = old.probabilities(logits)[0], new.probabilities(logits)[0]
    assert after[2] / after[1] == pytest.approx(2 * before[2] / before[1])
    assert after[1] / after[0] == pytest.approx(before[1] / before[0])
