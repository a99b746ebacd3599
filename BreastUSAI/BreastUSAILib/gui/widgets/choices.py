"""A combo box over a closed set of names: the names go to the parameters, their words to the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import qt


class Choices:
    """Fills a QComboBox and calls back with the name that was chosen by hand, never for `show`.

    Args:
        box: the QComboBox.
        words: name -> what the reader sees, in order.
        onChosen: called with the name.
    """

    def __init__(self, box: qt.QComboBox, words: Mapping[str, str], onChosen: Callable[[str], None]) -> None:
        self._box, self._onChosen = box, onChosen
        self.offer(words)
        box.currentIndexChanged.connect(self._onIndex)

    def offer(self, words: Mapping[str, str]) -> None:
        """Offer these names instead; the first of them is chosen."""
        self._names = list(words)
        self._showing = True
        self._box.clear()
        for one in words.values():
            self._box.addItem(one)
        self._showing = False

    @property
    def name(self) -> str:
        """The name that is chosen now."""
        return self._names[self._box.currentIndex]

    def show(self, name: str) -> None:
        """Choose `name` in the box, or the first where it is not one of them: another version may have saved it."""
        index = self._names.index(name) if name in self._names else 0
        self._showing = True
        self._box.currentIndex = index
        self._showing = False

    def _onIndex(self, index: int) -> None:
        # PythonQt may pick the overload of the signal that carries the text, so the box itself is asked.
        if not self._showing and self._box.currentIndex >= 0:
            self._onChosen(self.name)
