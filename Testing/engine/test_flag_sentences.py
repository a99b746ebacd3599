"""A flag is said in another language, values and all, though it carries an English sentence."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from BreastUSAILib.engine import flag_sentences
from BreastUSAILib.engine.findings.words import flag_words
from BreastUSAILib.engine.flag_sentences import translated
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.pipeline import remarks, rescoring
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


@pytest.mark.parametrize("calibration", [rescoring._OWN, rescoring._BORROWED])
def test_a_rescorings_sentences_are_known(calibration: str) -> None:
    message = f"{rescoring._GIVEN}{rescoring._SCORED}{calibration}. {flag_sentences.OUTSIDE.format(count=2)}"
    assert re.fullmatch(r"<SCORED_BY_\w+> <OUTSIDE> 2", translated(message, elvish))
    assert translated(f"{rescoring._GIVEN}.", elvish) == "<GIVEN>"


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
