"""The block "Compare": the result that is shown beside one of another exam, or of another view of the lesion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import qt
from slicer.i18n import tr as _

from ... import RESEARCH_USE
from ...client.comparing import compared, imagesWithResults, pairsIn, resultFrom
from ...engine.errors import BreastUSAIError
from ...engine.findings.comparison.comparison_words import comparison_lines
from ...scene.mrml.result_links import resultOf
from ..widgets.buttons import enableOrSay
from ..words.plain_words import sentenceOf

if TYPE_CHECKING:
    from ...engine.findings.analysis import Analysis
    from ...scene.mrml.node_types import vtkMRMLVolumeNode
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters

_EARLIER, _VIEW = range(2)
"""What the other result is, in the order of the choices: of an earlier exam, or of another view."""


class CompareSection:
    """Compares the result that the parameters name with one that is chosen here; changes nothing in the scene.

    Args:
        ui: the panel's widgets.
        chooseFile: asks for a stored result, and may be set later; empty where none was chosen.
    """

    def __init__(self, ui: PanelWidgets, chooseFile: Callable[[], str] | None = None) -> None:
        self._ui, self.chooseFile = ui, chooseFile or _chosenFile
        self._shown: BreastUSAIParameters | None = None
        self._files: dict[str, Analysis] = {}
        self._listed: list[tuple[str, str]] = []  # key (of a node or a file) and name of every choice
        self._seen: tuple[object, ...] = ()
        ui.compareKindComboBox.addItems([_("an earlier exam"), _("another view of the same lesion")])
        ui.compareWithComboBox.currentIndexChanged.connect(self._onChoice)
        ui.compareKindComboBox.currentIndexChanged.connect(self._onChoice)
        ui.comparePairsLineEdit.editingFinished.connect(self._onPairs)
        ui.compareFileButton.clicked.connect(self._onFile)
        self.refresh(None)

    def refresh(self, shown: BreastUSAIParameters | None) -> None:
        """Bring the block to the state of the scene; `shown` are the parameters whose result may be seen, or None."""
        self._shown = shown
        hasResult = shown is not None and shown.report is not None
        self._ui.compareWithComboBox.enabled = hasResult
        enableOrSay(
            self._ui.compareFileButton, "" if hasResult else _("There is no result yet: analyze an image first.")
        )
        self._list()
        self._compare()

    def cleanup(self) -> None:
        """Let go of parameters and results."""
        self._shown = None
        self._files.clear()

    def _list(self) -> None:
        scene = None if self._shown is None else self._shown.parameterNode.GetScene()
        image = None if self._shown is None else self._shown.inputVolume
        others = [] if scene is None else [one for one in imagesWithResults(scene) if one is not image]
        listed = [("", _("Choose a result")), *((one.GetID(), one.GetName()) for one in others)]
        listed += [(path, "/".join(Path(path).parts[-2:])) for path in self._files]
        if listed == self._listed:
            return
        before, box = self._key(), self._ui.compareWithComboBox
        self._listed = listed
        wasBlocked = box.blockSignals(True)
        box.clear()
        box.addItems([name for _key, name in listed])
        self._choose(before)
        box.blockSignals(wasBlocked)

    def _key(self) -> str:
        """What is chosen; empty for nothing."""
        index = self._ui.compareWithComboBox.currentIndex
        return self._listed[index][0] if 0 <= index < len(self._listed) else ""

    def _choose(self, key: str) -> None:
        keys = [one for one, _name in self._listed]
        self._ui.compareWithComboBox.currentIndex = keys.index(key) if key in keys else 0

    def _compare(self) -> None:
        """Compare anew where something has changed."""
        ui, key, shown = self._ui, self._key(), self._shown
        areViews, pairs = ui.compareKindComboBox.currentIndex == _VIEW, ui.comparePairsLineEdit.text
        image, other = (None if shown is None else shown.inputVolume), self._node(key)
        seen = (_reportOf(image), key, _reportOf(other), areViews, pairs)
        if seen == self._seen:
            return
        self._seen = seen
        words = "" if image is None or not key else self._words(image, key, areViews, pairs)
        ui.compareLabel.text = words
        ui.compareLabel.visible = bool(words)

    def _words(self, image: vtkMRMLVolumeNode, key: str, areViews: bool, pairs: str) -> str:
        try:
            other = self._files.get(key) or resultFrom(self._node(key))
            found = compared(other, resultFrom(image), pairsIn(pairs), areViews=areViews)
        except BreastUSAIError as error:
            return sentenceOf(error)
        lines = comparison_lines(found, is_follow_up=not areViews, _=_)
        return "\n".join([*(line.replace("  ", "• ", 1) for line in lines), RESEARCH_USE])

    def _node(self, key: str) -> vtkMRMLVolumeNode | None:
        """The image of the scene that is chosen."""
        scene = None if self._shown is None else self._shown.parameterNode.GetScene()
        return None if scene is None or not key or key in self._files else scene.GetNodeByID(key)

    def _onChoice(self, _index: int = 0) -> None:
        self._compare()

    def _onPairs(self) -> None:
        self._compare()

    def _onFile(self, _checked: bool = False) -> None:
        path = self.chooseFile()
        if not path:
            return
        try:
            self._files[path] = resultFrom(path)
        except BreastUSAIError as error:
            self._ui.compareLabel.text = sentenceOf(error)
            self._ui.compareLabel.visible = True
            return
        self._list()
        self._choose(path)


def _reportOf(image: vtkMRMLVolumeNode | None) -> str:
    """What an image's newest result says, to see when it changes."""
    linked = None if image is None else resultOf(image)
    return "" if linked is None else linked.report.GetText() or ""


def _chosenFile() -> str:
    name = _("Results ({files})").format(files="analysis.json")
    path: str = qt.QFileDialog.getOpenFileName(None, _("Result of another exam or view"), "", name)
    return path
