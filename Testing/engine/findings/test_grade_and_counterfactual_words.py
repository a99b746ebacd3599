"""Grades and counterfactual checks in words, in any language."""

from __future__ import annotations

import pytest

from BreastUSAILib.engine.findings.counterfactual.counterfactual_words import (
    check_words,
    counterfactual_lines,
    difference_words,
)
from BreastUSAILib.engine.findings.counterfactual.counterfactuals import Change, Counterfactual, Counterfactuals, WhyNot
from BreastUSAILib.engine.findings.grade_words import all_grade_lines, grade_lines
from BreastUSAILib.engine.findings.grades import CostlyGrades, EnergyShare, HeatMapGrades, MethodAgreement

GRADES = HeatMapGrades(
    0,
    "Grad-CAM",
    lesion=EnergyShare(0.49, 0.08),
    lesion_and_band=EnergyShare(0.7, 0.14),
    points_at_lesion=True,
    points_at_band=True,
    marks=EnergyShare(0.02, 0.03),
    outside=EnergyShare(0.0, 0.1),
)
COSTLY = CostlyGrades(0.2, 0.8, 0.4, 0.5, 0.01, 0.3, 0.9, 0.85, (MethodAgreement("Saliency", 0.31),))


def test_every_grade_is_told() -> None:
    lines = grade_lines(GRADES)
    assert lines[0] == "The hottest point lies in the lesion."
    assert lines[1] == "Heat in the lesion: 49 %, 6.1 times chance"
    assert lines[3] == "Heat at calipers or text: 2 % (they take 3 %)"
    assert len(lines) == 5
    told = "\n".join(grade_lines(HeatMapGrades(**{**vars(GRADES), "costly": COSTLY})))
    for words in ("Deletion 0.20", "random order 0.50", "Infidelity 0.01", "mirror image 0.9", "Saliency: 0.31"):
        assert words in told


def test_where_nothing_is_outlined_nothing_is_said_of_a_lesion() -> None:
    nothing = HeatMapGrades(0, "Grad-CAM", marks=EnergyShare(0.02, 0.03))
    assert grade_lines(nothing) == ["Heat at calipers or text: 2 % (they take 3 %)"]
    assert grade_lines(HeatMapGrades(0, "Grad-CAM", is_empty=True)) == ["The heat map is empty."]


def test_several_maps_are_told_apart_by_their_method() -> None:
    other = HeatMapGrades(0, "Saliency", is_empty=True)
    assert all_grade_lines([GRADES, other])[-1] == "Saliency: The heat map is empty."
    assert all_grade_lines([other]) == ["The heat map is empty."]


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (Counterfactual(Change.MARKS, 0.3, 0.51), "The likelihood depends on the calipers: +0.21 without them."),
        (Counterfactual(Change.MARKS, 0.3, 0.32), "The likelihood hardly depends on the calipers: +0.02 without them."),
        (Counterfactual(Change.LESION, 0.9, 0.2), "The likelihood depends on the lesion itself: -0.70 without it."),
        (
            Counterfactual(Change.GAIN_DOWN, 0.9, 0.9),
            "The likelihood hardly depends on the gain: +0.00 with 3 dB less.",
        ),
        (Counterfactual(Change.LESION, why_not=WhyNot.NO_LESION), "No lesion is outlined that could be painted out."),
    ],
)
def test_a_check_is_a_sentence(check: Counterfactual, words: str) -> None:
    assert check_words(check) == words


def test_every_change_and_every_reason_has_words_that_are_translated() -> None:
    told: list[str] = []

    def translate(words: str) -> str:
        told.append(words)
        return f"«{words}»"

    for change in Change:
        assert check_words(Counterfactual(change, 0.1, 0.9), translate).startswith("«")
    for reason in WhyNot:
        assert check_words(Counterfactual(Change.MARKS, why_not=reason), translate).startswith("«")
    assert all(line.startswith("«") for line in grade_lines(GRADES, translate))


def test_the_document_holds_all_but_the_pictures() -> None:
    checks = (
        Counterfactual(Change.MARKS, 0.3, 0.51, 0.9, 0.8, 0.01),
        Counterfactual(Change.OUTLINE, why_not=WhyNot.NO_EDIT),
    )
    found = Counterfactuals(4, 0.3, checks)
    document = found.to_json()
    assert document["checks"][0]["difference"] == pytest.approx(0.21)
    assert document["checks"][1] == {
        "change": "outline",
        "difference": None,
        "before": None,
        "after": None,
        "lesion_before": None,
        "lesion_after": None,
        "changed": 0.0,
        "why_not": "no_edit",
    }
    assert difference_words(checks[1]) == "–"
    assert counterfactual_lines(found) == ["The likelihood depends on the calipers: +0.21 without them."]
    assert difference_words(Counterfactual(Change.GAIN_UP, 0.9, 0.899)) == "+0.00"
