"""What a reader calls a lesion, beside the computed descriptors and never in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....engine.errors import OptionError
from ....engine.findings.analysis import Analysis
from ....engine.findings.descriptors import READER_WORDS_KEY, WORDS, ReaderWords, reader_words_in
from ..report_node import addToReport, readReport

if TYPE_CHECKING:
    from ...mrml.node_types import vtkMRMLTextNode


def setReaderWord(reportNode: vtkMRMLTextNode, lesion: int, name: str, value: str | None) -> None:
    """Keep a reader's word for one descriptor of a lesion; None takes an earlier one away.

    Where undo is enabled, the state before is saved. Raises OptionError for a word that the descriptor has not, and
    InputError where the node holds no report.
    """
    if name not in WORDS or value not in (None, *WORDS[name]):
        raise OptionError(
            f"'{value}' is no word for {name}", remedy=f"Choose one of {', '.join(WORDS.get(name, WORDS))}"
        )
    words = {
        str(one): dict(given) for one, given in reader_words_in(readReport(reportNode).get(READER_WORDS_KEY)).items()
    }
    own = words.setdefault(str(lesion), {})
    if own.get(name) == value:
        return
    if value is None:
        own.pop(name, None)
    else:
        own[name] = value
    reportNode.GetScene().SaveStateForUndo()
    addToReport(reportNode, READER_WORDS_KEY, {one: given for one, given in words.items() if given})


def wordsOfSame(words: ReaderWords, before: Analysis, now: Analysis) -> dict[str, dict[str, str]]:
    """The reader's words as the report keeps them, for lesions that have other ids by now, by frame and number."""
    given = {(one.frame, one.number): words[one.id] for one in before.lesions if one.id in words}
    same = ((one, given.get((one.frame, one.number))) for one in now.lesions)
    return {str(one.id): dict(own) for one, own in same if own}
