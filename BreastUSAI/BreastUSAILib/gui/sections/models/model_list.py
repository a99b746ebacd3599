"""The list of models, and what can be done with each: see its card, verify, add, remove."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import qt
import slicer
from slicer.i18n import tr as _

from ....client.jobs.listener import JobListener, ignored
from ....client.process.background_engine import BackgroundEngine
from ....engine.errors import BreastUSAIError
from ...widgets.buttons import enableOrSay
from ...widgets.text_window import TextWindow
from ...words.model_words import Model, modelToolTip, modelWords
from ...words.plain_words import plainWords, sentenceOf

if TYPE_CHECKING:
    from ...panel_widgets import PanelWidgets


class ModelList:
    """Asks the engine when `load` is called first, through its requests; nothing is started before.

    `models` is None until they are known.

    Args:
        ui: the panel's widgets.
        engine: answers ``models.list``, ``.card``, ``.verify``, ``.add`` and ``.remove``.
        onListed: called when other models are known than before.
        onDeleted: called with the name of a model that was deleted.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        engine: BackgroundEngine,
        onListed: Callable[[], None],
        onDeleted: Callable[[str], None] = ignored,
    ) -> None:
        self.models: list[Model] | None = None
        self._ui, self._engine, self._tellListed, self._tellDeleted = ui, engine, onListed, onDeleted
        self._wordsAfterwards = ""
        self._isWaiting = self._isBusy = self._isClosed = False
        self._window = TextWindow(ui.modelsBody)
        ui.modelsList.currentRowChanged.connect(self._onRow)
        for button, slot in (
            (ui.modelCardButton, self._onCard),
            (ui.verifyModelButton, self._onVerify),
            (ui.addModelButton, self._onAdd),
            (ui.removeModelButton, self._onRemove),
            (ui.openModelFolderButton, self._onOpenFolder),
            (ui.reloadModelsButton, self._onReload),
        ):
            button.clicked.connect(slot)
        self.refresh()

    def setBusy(self, isBusy: bool) -> None:
        """Whether the engine is at work for somebody else."""
        self._isBusy = isBusy
        self.refresh()

    def cleanup(self) -> None:
        """Listen to no answer any more and close the window."""
        self._isClosed = True
        self._window.close()

    def loadOnce(self) -> None:
        """Ask which models there are, unless that is known, being asked, or the engine is at work."""
        if self.models is None and not self._isWaiting and not self._isBusy:
            self.load()

    def load(self, wordsAfterwards: str = "") -> None:
        """Ask the engine which models there are, and then say `wordsAfterwards`."""
        self._wordsAfterwards = wordsAfterwards
        self._ask("models.list", {}, self._onListed, _("Reading which models there are…"))

    def refresh(self) -> None:
        """Enable what can be done with the selected model; what cannot says why."""
        ui, model = self._ui, self._selected()
        mayAsk = not self._isWaiting and not self._isBusy
        why = "" if mayAsk else _("Wait until the engine is free.")
        unselected = why or ("" if model is not None else _("Select a model in the list first."))
        shipped = "" if model is None or model["added"] else _("This model came with BreastUSAI and stays.")
        for button, whyNot in (
            (ui.modelCardButton, unselected),
            (ui.verifyModelButton, unselected),
            (ui.removeModelButton, unselected or shipped),
            (ui.addModelButton, why),
            (ui.reloadModelsButton, why),
        ):
            enableOrSay(button, whyNot)

    def _selected(self) -> Model | None:
        row = self._ui.modelsList.currentRow
        return self.models[row] if self.models and 0 <= row < len(self.models) else None

    def _ask(self, method: str, params: dict[str, Any], onDone: Callable[[dict[str, Any]], None], words: str) -> None:
        """Send a request; what goes wrong is said in the block."""
        self._isWaiting = True
        self._say(words)
        self.refresh()
        listener = JobListener(ignored, lambda answer: self._onAnswer(onDone, answer), self._onFailed)
        try:
            self._engine.startRequest(method, params, listener)
        except BreastUSAIError as error:
            self._onFailed(error)

    def _onAnswer(self, onDone: Callable[[dict[str, Any]], None], answer: dict[str, Any]) -> None:
        if self._isClosed:
            return
        self._isWaiting = False
        self.refresh()
        onDone(answer)

    def _onFailed(self, error: BreastUSAIError) -> None:
        if self._isClosed:
            return
        self._isWaiting = False
        self.refresh()
        self._say(sentenceOf(error))

    def _say(self, words: str) -> None:
        self._ui.modelsMessageLabel.text = words
        self._ui.modelsMessageLabel.visible = bool(words)

    def _onListed(self, answer: dict[str, Any]) -> None:
        self.models = answer["models"]
        box = self._ui.modelsList
        box.clear()
        for model in self.models:
            item = qt.QListWidgetItem(modelWords(model))
            item.setToolTip(plainWords(modelToolTip(model)))
            box.addItem(item)
        if self.models:
            box.currentRow = 0
            self._say(self._wordsAfterwards)
        else:
            self._say(_("There is no model on this computer: install BreastUSAI again."))
        self.refresh()
        self._tellListed()

    def _onRow(self, _row: int) -> None:
        self.refresh()

    def _onReload(self, _checked: bool = False) -> None:
        self.load()

    def _onCard(self, _checked: bool = False) -> None:
        name = self._selectedName()
        self._ask("models.card", {"name": name}, self._onCardRead, _("Reading the model card…"))

    def _onCardRead(self, answer: dict[str, Any]) -> None:
        self._say("")
        self._window.show(_("Model card of {name}").format(name=answer["name"]), answer["text"], isMarkdown=True)

    def _onVerify(self, _checked: bool = False) -> None:
        name = self._selectedName()
        self._ask("models.verify", {"name": name}, self._onVerified, _("Checking {name}…").format(name=name))

    def _onVerified(self, answer: dict[str, Any]) -> None:
        self._say(_("{name} is intact: every file has its recorded SHA-256.").format(name=answer["name"]))

    def _onAdd(self, _checked: bool = False) -> None:
        path = qt.QFileDialog.getOpenFileName(
            self._ui.modelsBody, _("Add a model"), "", _("Model bundle (*.zip);;All files (*)")
        )
        if path:
            words = _("Checking and trying out {file}…").format(file=os.path.basename(path))
            self._ask("models.add", {"source": path}, self._onAdded, words)

    def _onAdded(self, answer: dict[str, Any]) -> None:
        self.load(_("{name} was added; choose it above.").format(name=answer["name"]))

    def _onRemove(self, _checked: bool = False) -> None:
        name = self._selectedName()
        question = _("Delete the model {name} from this computer?").format(name=name)
        if slicer.util.confirmYesNoDisplay(plainWords(question), _("Delete a model")):
            words = _("Deleting {name}…").format(name=name)
            self._ask("models.remove", {"name": name}, lambda _answer: self._onRemoved(name), words)

    def _onRemoved(self, name: str) -> None:
        self._tellDeleted(name)
        self.load()

    def _onOpenFolder(self, _checked: bool = False) -> None:
        # It loads much of the engine, which nothing else here needs.
        from ....engine.bundles.model_folder import user_folder

        folder = user_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._say(_("{folder} cannot be made: {error}.").format(folder=folder, error=error.strerror))
            return
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(folder)))

    def _selectedName(self) -> str:
        model = self._selected()
        assert model is not None
        return model["name"]
