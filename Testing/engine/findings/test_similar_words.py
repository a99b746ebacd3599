"""What is said of similar cases: the vote of the close ones, or why there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BreastUSAILib.engine.findings.analysis import Label, Malignancy, Verdict
from BreastUSAILib.engine.findings.document_form import analysis_from
from BreastUSAILib.engine.findings.similar_cases import LibrarySummary, Metric, Neighbor, SimilarCases, Vote
from BreastUSAILib.engine.findings.similar_words import distance_words, facts_words, similar_lines, vote_words
from Testing.report.samples import analysis_of, frames_of

NEAR = Neighbor(7, 0.31, 20.0, "malignant", "biopsy", "5", "invasive ductal carcinoma", 14.4, 0.1, "BUS-BRA")
FAR = Neighbor(9, 0.8, 99.0, "unknown", area_share=0.08)
SIMILAR = SimilarCases(
    0, LibrarySummary("1a", "ours", 40, "a" * 64), Metric.EUCLIDEAN, 0.5, (NEAR, FAR), (Vote("malignant", 1),), 2
)
VERDICT = Verdict(Label.BENIGN, malignancy=Malignancy(0.2, 0.1, 0.3))


def test_the_vote_stands_beside_the_networks_opinion() -> None:
    assert vote_words(SIMILAR, VERDICT).replace("\N{NO-BREAK SPACE}", " ") == (
        "Of 1 close cases: 1 malignant. The network says: benign, likelihood of malignancy 20 %."
    )


@pytest.mark.parametrize(
    ("similar", "words"),
    [
        (replace(SIMILAR, neighbors=(FAR,), votes=()), "No close case: "),
        (replace(SIMILAR, neighbors=(), votes=()), "The library holds no case to compare with."),
        (replace(SIMILAR, near_within=0.0, votes=()), "This library is too small to say which cases are close."),
        (SimilarCases(problem="It is gone."), "It is gone."),
    ],
)
def test_what_keeps_a_vote_from_being_given_is_said(similar: SimilarCases, words: str) -> None:
    assert vote_words(similar, VERDICT).startswith(words)


def test_a_case_is_told_with_how_it_was_proven() -> None:
    assert facts_words(NEAR) == "malignant (biopsy), BI-RADS 5, invasive ductal carcinoma, 14 mm, BUS-BRA"
    assert facts_words(FAR).replace("\N{NO-BREAK SPACE}", " ") == "unknown, 8 % of the image"


def test_a_label_of_another_version_is_unknown() -> None:
    assert facts_words(replace(FAR, label="cyst", area_share=None)) == "unknown"


def test_a_distance_is_told_with_how_rare_it_is() -> None:
    plain = [distance_words(one, SIMILAR).replace("\N{NO-BREAK SPACE}", " ") for one in (NEAR, FAR)]

    assert plain == ["distance 0.31, nearer than 80 % of nearest cases", "distance 0.80, not close"]


def test_a_result_tells_of_similar_cases_only_where_it_was_asked_to() -> None:
    analysis = analysis_of(frames_of())

    assert similar_lines(analysis) == []
    assert len(similar_lines(replace(analysis, similar=SIMILAR))) == 4


def test_a_stored_result_gives_its_similar_cases_again() -> None:
    analysis = replace(analysis_of(frames_of()), similar=SIMILAR)

    assert analysis_from(analysis.to_json()).similar == SIMILAR


def test_a_result_of_before_has_none() -> None:
    document = analysis_of(frames_of()).to_json()
    del document["similar"]

    assert analysis_from(document).similar is None
