"""A flag is said in another language, values and all, though it carries an English sentence."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from BreastUSAILib.engine import flag_sentences
from BreastUSAILib.engine.findings.analysis import Label, Verdict
from BreastUSAILib.engine.findings.words import flag_words
from BreastUSAILib.engine.flag_sentences import translated
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.pipeline import remarks
from BreastUSAILib.engine.reading.dicom.copies import copies_left_out

SENTENCES = {name: text for name, text in vars(flag_sentences).items() if name.isupper() and isinstance(text, str)}
SENTENCES = {name: text for name, text in SENTENCES.items() if not name.startswith("_")}
ENGINE = Path(flag_sentences.__file__).parent


def elvish(template: str) -> str:
    """Another language: every sentence by its name, then its values in another order."""
    [name] = [name for name, text in SENTENCES.items() if text == template]
    values = [field for _text, field, _form, _conversion in string.Formatter().parse(template) if field]
    return " ".join([f"<{name}>", *(f"{{{value}}}" for value in reversed(values))])


@pytest.mark.parametrize("name", SENTENCES)
def test_every_sentence_is_found_again_with_its_values(name: str) -> None:
    fields = [field for _text, field, _form, _conversion in string.Formatter().parse(SENTENCES[name]) if field]
    values = {field: f"{7 + place} %" for place, field in enumerate(fields)}
    said = translated(SENTENCES[name].format(**values), elvish)
    assert said == " ".join([f"<{name}>", *(values[field] for field in reversed(fields))])


def test_several_sentences_are_said_one_after_the_other() -> None:
    why = Flag(FlagCode.BLANK_FRAME, Severity.REJECT, flag_sentences.BLANK)
    flag = remarks.left_out([why, why], 6, InputKind.CINE)
    assert flag.message.startswith("2 of 6 frames were left out. The analyzed area is empty")
    assert flag_words(flag, elvish) == "<FRAMES_LEFT_OUT> 6 2 <BLANK>"


def test_an_outline_that_is_withheld_says_why_in_two_sentences() -> None:
    flag = remarks.outlines_withheld(3, 9, 0.05, 0.6, InputKind.VOLUME)
    assert flag_words(flag, elvish) == "<WITHHELD_IN_SLICES> 5 % 9 3 <NOT_SURE_ENOUGH>"
    assert flag_words(remarks.outlines_withheld(1, 1, 0.05, 1.5, InputKind.STILL), elvish) == "<WITHHELD_IN_IMAGE> 5 %"


def test_names_of_files_come_through_whatever_they_are() -> None:
    names = ["a, was left out: b.dcm", "{more}.dcm", "3 (1).dcm"]
    said = flag_words(copies_left_out(names), elvish)
    assert said == "<COPIES> " + ", ".join(f"'{name}'" for name in names)


@pytest.mark.parametrize(
    ("scored", "own_calibration", "outside", "said"),
    [
        (False, True, 0, "<GIVEN>"),
        (True, True, 0, "<SCORED_BY_OWN_CALIBRATION>"),
        (True, False, 2, "<SCORED_BY_CALIBRATION_OF_FRAMES> <OUTSIDE> 2"),
    ],
)
def test_outlines_that_a_reader_gave_are_said_to_be_so(
    scored: bool, own_calibration: bool, outside: int, said: str
) -> None:
    assert flag_words(remarks.outlines_given(scored, own_calibration, outside), elvish) == said


@pytest.mark.parametrize(
    ("label", "outlined", "given", "said"),
    [
        (Label.NORMAL, True, False, "<NORMAL_BUT_OUTLINED>"),
        (Label.BENIGN, False, False, "<BENIGN_NOT_OUTLINED>"),
        (Label.BENIGN, False, True, "<BENIGN_WITHOUT_OUTLINE>"),
        (Label.MALIGNANT, False, False, "<MALIGNANT_NOT_OUTLINED>"),
        (Label.MALIGNANT, False, True, "<MALIGNANT_WITHOUT_OUTLINE>"),
    ],
)
def test_a_class_without_its_outline_is_said_to_be_so(label: Label, outlined: bool, given: bool, said: str) -> None:
    flag = remarks.disagreement(Verdict(label), outlined, given)
    assert flag is not None
    assert flag_words(flag, elvish) == said
    assert remarks.disagreement(Verdict(label), not outlined, given) is None


def test_what_is_not_known_stays_as_it_is() -> None:
    assert translated("A later version says so.", elvish) == "A later version says so."
    assert translated(f"{flag_sentences.BLANK} And more.", elvish) == "<BLANK> And more."


def test_a_message_of_any_length_is_done_with_at_once() -> None:
    many = "On 1 of " * 400 + "frames something was outlined"
    assert translated(many, elvish) == many
    assert translated("x" * 10**7, elvish) == "x" * 10**7


def flags_raised() -> Iterator[tuple[str, ast.expr]]:
    """Every message that a `Flag` is made with in the engine."""
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Flag":
                yield f"{path.relative_to(ENGINE)}:{node.lineno}", node.args[2]


def test_no_flag_has_a_sentence_of_its_own() -> None:
    raised = list(flags_raised())
    assert len(raised) > 15
    assert [place for place, message in raised if isinstance(message, (ast.Constant, ast.JoinedStr))] == []
