"""A risk band is the range that a BI-RADS category has, and is called nothing but a band."""

from __future__ import annotations

from itertools import pairwise

import pytest

from BreastUSAILib.engine.findings.analysis import Label, Malignancy, Verdict
from BreastUSAILib.engine.findings.risk_band import BANDS, risk_band
from BreastUSAILib.engine.findings.words import risk_band_meaning, risk_band_words


@pytest.mark.parametrize(
    ("likelihood", "birads"),
    [
        (0, "3"),
        (0.02, "3"),
        (0.0201, "4A"),
        (0.1, "4A"),
        (0.11, "4B"),
        (0.5, "4B"),
        (0.51, "4C"),
        (0.95, "5"),
        (1, "5"),
    ],
)
def test_every_likelihood_has_one_band(likelihood: float, birads: str) -> None:
    assert risk_band(likelihood).birads == birads


def test_the_bands_leave_no_gap() -> None:
    assert BANDS[0].low == 0
    assert BANDS[-1].high == 1
    for lower, upper in pairwise(BANDS):
        assert lower.high == upper.low


def test_the_words_give_the_range_and_never_a_category() -> None:
    words = [
        risk_band_words(Verdict(Label.BENIGN, malignancy=Malignancy(middle, 0, 1))) for middle in (0.01, 0.3, 0.99)
    ]
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in words] == [
        "risk band up to 2 %, the range of BI-RADS 3",
        "risk band above 10 % to 50 %, the range of BI-RADS 4B",
        "risk band from 95 % on, the range of BI-RADS 5",
    ]
    assert risk_band_words(Verdict(Label.BENIGN)) == ""


def test_where_no_lesion_is_seen_there_is_no_band() -> None:
    assert risk_band_words(Verdict(Label.NORMAL, malignancy=Malignancy(0.3, 0, 1))) == ""
    assert "not a BI-RADS category" in risk_band_meaning()
