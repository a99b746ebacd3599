"""The gallery of similar cases: a small picture of each where the library has one, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import qt
from slicer.i18n import tr as _

from ...client.jobs.listener import ignored
from ...engine.findings.similar_cases import Neighbor, SimilarCases
from ...engine.findings.similar_words import distance_words, facts_words
from ..words.plain_words import plainWords

ICON_SIDE = 72
_MOST_ROWS_SEEN = 5


class CaseGallery:
    """Fills a QListWidget. Set `onCaseChosen` to be told the case that was clicked."""

    def __init__(self, listWidget: qt.QListWidget) -> None:
        self.onCaseChosen: Callable[[Neighbor], None] = ignored
        self._list = listWidget
        self._shown: tuple[Neighbor, ...] = ()
        listWidget.iconSize = qt.QSize(ICON_SIDE, ICON_SIDE)
        listWidget.itemClicked.connect(self._onClicked)
        self.show(None, {})

    def show(self, similar: SimilarCases | None, thumbnails: Mapping[int, bytes]) -> None:
        """Show these cases with the thumbnails there are, by case; None shows none."""
        self._shown = () if similar is None else similar.neighbors
        self._list.clear()
        for neighbor in self._shown:
            assert similar is not None
            words = "\n".join((facts_words(neighbor, _), distance_words(neighbor, similar, _)))
            item = qt.QListWidgetItem(words)
            item.setToolTip(plainWords(_("Case {number}: {words}").format(number=neighbor.case, words=words)))
            picture = thumbnails.get(neighbor.case)
            if picture:
                item.setIcon(qt.QIcon(qt.QPixmap.fromImage(qt.QImage.fromData(picture))))
            self._list.addItem(item)
        self._list.visible = bool(self._shown)
        self._fitHeight(any(thumbnails.values()))

    def _fitHeight(self, hasPictures: bool) -> None:
        row = ICON_SIDE + 8 if hasPictures else 3 * self._list.fontMetrics().height() + 8
        self._list.minimumHeight = min(len(self._shown), _MOST_ROWS_SEEN) * row

    def _onClicked(self, item: qt.QListWidgetItem) -> None:
        row = self._list.row(item)
        if 0 <= row < len(self._shown):
            self.onCaseChosen(self._shown[row])
