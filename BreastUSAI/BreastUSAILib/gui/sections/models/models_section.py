"""The block "Models": which models and which processor are used, above the list of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ....client.process.background_engine import BackgroundEngine
from ...widgets.choices import Choices
from ...words.model_words import TASKS, choiceWords, deviceWords
from .model_list import ModelList

if TYPE_CHECKING:
    from ...panel_widgets import PanelWidgets
    from ...parameters import BreastUSAIParameters


class ModelsSection:
    """Keeps the choice in the parameters; the models are listed when the block is opened first, never before.

    Args:
        ui: the panel's widgets.
        engine: answers the requests of `ModelList`, and knows `deviceUsed`.
        parameters: the parameter node, or None until there is one.
    """

    def __init__(
        self, ui: PanelWidgets, engine: BackgroundEngine, parameters: BreastUSAIParameters | None = None
    ) -> None:
        self._ui, self._engine = ui, engine
        self._parameters: BreastUSAIParameters | None = None
        self._offered: dict[str, dict[str, str]] = {}
        self._chosen = {
            choice: Choices(box, {"": ""}, lambda name, choice=choice: self._onChosen(choice, name))  # type: ignore[misc]
            for choice, box in (("classifier", ui.classifierComboBox), ("segmenter", ui.segmenterComboBox))
        }
        self._device = Choices(ui.deviceComboBox, deviceWords(), lambda name: self._onChosen("device", name))
        ui.modelsSection.contentsCollapsed.connect(self._onCollapsed)
        self.list = ModelList(ui, engine, self.refresh, self._onDeleted)
        self.setParameterNode(parameters)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Keep the choice in these parameters from now on; None disables it."""
        self._parameters = parameters
        self.refresh()

    def setBusy(self, isBusy: bool) -> None:
        """Whether the engine is at work for somebody else."""
        self.list.setBusy(isBusy)
        self.refresh()

    def refresh(self) -> None:
        """Bring the controls to the state of the parameters and of the list."""
        ui, parameters = self._ui, self._parameters
        ui.modelChoiceFrame.enabled = parameters is not None
        if parameters is not None:
            for choice, box in self._chosen.items():
                name = getattr(parameters, choice)
                words = choiceWords(self.list.models, TASKS[choice], name)
                if words != self._offered.get(choice):
                    self._offered[choice] = words
                    box.offer(words)
                box.show(name)
            self._device.show(parameters.device)
        used = self._engine.deviceUsed
        ui.deviceUsedLabel.text = _("The last analysis ran on {device}.").format(device=used) if used else ""
        ui.deviceUsedLabel.visible = bool(used)

    def cleanup(self) -> None:
        """Let go of the parameters and of the list."""
        self._parameters = None
        self.list.cleanup()

    def _onCollapsed(self, isCollapsed: bool) -> None:
        if not isCollapsed:
            self.list.loadOnce()

    def _onDeleted(self, name: str) -> None:
        """A model that is gone is not the chosen one any more."""
        for choice in self._chosen:
            if self._parameters is not None and getattr(self._parameters, choice) == name:
                setattr(self._parameters, choice, "")

    def _onChosen(self, name: str, value: str) -> None:
        if self._parameters is not None:
            setattr(self._parameters, name, value)
