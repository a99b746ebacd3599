"""What a reader calls a lesion, beside the computed descriptors and never in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ....engine.errors import OptionError
from ....engine.findings.analysis import Analysis
from ....engine.findings.descriptors import WORDS
from ..report_node import addToReport, readReport

if TYPE_CHECKING:
    from ...mrml.node_types import vtkMRMLTextNode


WORDS_KEY = "reader_descriptors"
"""Where a reader's words stand in the report: `Lesion.id`, as text, to the name of a descriptor to the word."""

ReaderWords = Mapping[int, Mapping[str, str]]
"""`Lesion.id` -> name of a descriptor -> the reader's word."""


def setReaderWord(reportNode: vtkMRMLTextNode, lesion: int, name: str, value: str | None) -> None:
    """Keep a reader's word for one descriptor of a lesion; None takes an earlier one away.

    Where undo is enabled, the state before is saved. Raises OptionError for a word that the descriptor has not, and
    InputError where the node holds no report.
    """
    if name not in WORDS or value not in (None, *WORDS[name]):
        raise OptionError(
            f"'{value}' is no word for {name}", remedy=f"Choose one of {', '.join(WORDS.get(name, WORDS))}"
        )
    words = {str(one): dict(given) for one, given in wordsFrom(readReport(reportNode).get(WORDS_KEY)).items()}
    own = words.setdefault(str(lesion), {})
    if own.get(name) == value:
        return
    if value is None:
        own.pop(name, None)
    else:
        own[name] = value
    reportNode.GetScene().SaveStateForUndo()
    addToReport(reportNode, WORDS_KEY, {one: given for one, given in words.items() if given})


def wordsOfSame(words: ReaderWords, before: Analysis, now: Analysis) -> dict[str, dict[str, str]]:
    """The reader's words as the report keeps them, for lesions that have other ids by now, by frame and number."""
    given = {(one.frame, one.number): words[one.id] for one in before.lesions if one.id in words}
    same = ((one, given.get((one.frame, one.number))) for one in now.lesions)
    return {str(one.id): dict(own) for one, own in same if own}


def wordsFrom(value: object) -> dict[int, dict[str, str]]:
    """The words that an entry of a report tells; what is not one is left out."""
    if not isinstance(value, dict):
        return {}
    found = {}
    for key, given in value.items():
        if key.isdecimal() and isinstance(given, dict):
            own = {name: word for name, word in given.items() if word in WORDS.get(name, ())}
            if own:
                found[int(key)] = own
    return found
