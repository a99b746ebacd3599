"""The descriptors of one lesion: the computed words, and beside each a box for the reader's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import qt
from slicer.i18n import tr as _

from ...client.jobs.listener import ignored
from ...engine.findings.analysis import Lesion
from ...engine.findings.descriptors import WORDS, Descriptor
from ...engine.findings.words import descriptor_title, descriptor_value, percent
from ..words.plain_words import plainWords
from .choices import Choices

AS_COMPUTED = ""
"""The name of the choice that is the reader's where he or she has chosen no word."""


class DescriptorChoices:
    """Fills a frame with a row for each descriptor.

    Set `onChosen` to be told the name of a descriptor and the reader's word for it, None where it was taken back.

    Args:
        frame: a QFrame with a grid layout.
    """

    def __init__(self, frame: qt.QFrame) -> None:
        self.onChosen: Callable[[str, str | None], None] = ignored
        grid = frame.layout()
        self._computed: dict[str, qt.QLabel] = {}
        self.boxes: dict[str, qt.QComboBox] = {}
        self._choices: dict[str, Choices] = {}
        for row, name in enumerate(WORDS):
            self._computed[name], box = qt.QLabel(), qt.QComboBox()
            box.accessibleName = descriptor_title(name, _)
            box.toolTip = _("Your own word, where you think otherwise. It is kept beside the computed one.")
            box.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
            box.minimumContentsLength = 4
            self._computed[name].wordWrap = True
            title = qt.QLabel(descriptor_title(name, _))
            title.wordWrap = True
            grid.addWidget(title, row, 0)
            grid.addWidget(self._computed[name], row, 1)
            grid.addWidget(box, row, 2)
            self.boxes[name] = box
            self._choices[name] = Choices(box, _wordsOf(name), self._tell(name))

    def show(self, lesion: Lesion, readerWords: Mapping[str, str]) -> None:
        """Show the words for a lesion, and those that the reader chose for it."""
        computed = {one.name: one for one in lesion.descriptors}
        for name, label in self._computed.items():
            one = computed.get(name)
            label.text = descriptor_value(None if one is None else one.value, _)
            label.toolTip = plainWords(_noteOn(one))
            self._choices[name].show(readerWords.get(name, AS_COMPUTED))

    def _tell(self, name: str) -> Callable[[str], None]:
        return lambda value: self.onChosen(name, value or None)


def _wordsOf(name: str) -> dict[str, str]:
    return {AS_COMPUTED: _("as computed"), **{word: descriptor_value(word, _) for word in WORDS[name]}}


def _noteOn(descriptor: Descriptor | None) -> str:
    """How sure the word is, and the numbers behind it."""
    if descriptor is None or descriptor.value is None:
        return _("The image does not show enough of what is around the lesion.")
    numbers = ", ".join(f"{key.replace('_', ' ')} {value:.2f}" for key, value in descriptor.measures.items())
    return _("Confidence {percent} (50 % where another word would fit as well). Measured: {numbers}.").format(
        percent=percent(descriptor.confidence, _), numbers=numbers
    )
