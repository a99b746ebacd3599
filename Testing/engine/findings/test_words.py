"""What is said of a result, in whatever language the translate function that is handed in speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from BreastUSAILib.engine.findings import words
from BreastUSAILib.engine.findings.analysis import Label, Malignancy
from BreastUSAILib.engine.findings.measures import LESION_MEASURES, columns
from Testing.report.samples import analysis_of, frames_of

GERMAN = {
    "{percent} %": "{percent} Prozent",
    "95 % interval: {low} to {high}": "95-%-Intervall: {low} bis {high}",
    "{quantity} ({unit})": "{quantity} in {unit}",
    "Axes": "Achsen",
}


def german(text: str) -> str:
    return GERMAN.get(text, text)


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (0.0, "0 %"),
        (0.004, "< 1 %"),
        (0.01, "1 %"),
        (0.5, "50 %"),
        (0.994, "> 99 %"),
        (0.9999, "> 99 %"),
        (1.0, "100 %"),
    ],
)
def test_a_percentage_is_never_rounded_to_a_certainty_nor_broken_over_two_lines(probability: float, said: str) -> None:
    assert words.percent(probability) == said.replace(" ", words.NO_BREAK)


def test_words_are_those_of_the_translate_function() -> None:
    said = words.interval_words(Malignancy(0.7, 0.6, 0.8), german)
    assert said.replace(words.NO_BREAK, " ") == "95-%-Intervall: 60 Prozent bis 80 Prozent"
    assert columns(LESION_MEASURES, calibrated=True)[0].heading(german) == "Achsen in mm"


def test_every_verdict_has_a_word_and_a_meaning() -> None:
    analysis = analysis_of(frames_of())
    said = {
        (
            words.verdict_words(label),
            words.verdict_meaning(replace(analysis, verdict=replace(analysis.verdict, label=label))),
        )
        for label in Label
    }
    assert len({verdict for verdict, _meaning in said}) == len(Label)
    assert all(meaning.endswith(".") for _verdict, meaning in said)
