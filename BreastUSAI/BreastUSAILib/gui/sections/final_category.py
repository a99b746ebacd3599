"""A reader's final category, entered once the result was shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ..widgets.buttons import enableOrSay
from ..widgets.choices import Choices
from ..words.birads import categoryWords

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets


class FinalCategory:
    """The controls of the final category.

    Args:
        ui: the panel's widgets.
        onEntered: told the category and the confidence in per cent, 0 where none was stated.
    """

    def __init__(self, ui: PanelWidgets, onEntered: Callable[[str, int], None]) -> None:
        self._ui, self._onEntered = ui, onEntered
        self._chosen = ""
        self._category = Choices(ui.biradsAfterComboBox, categoryWords(), self._onCategory)
        ui.commitAfterButton.clicked.connect(self._onCommit)

    def show(self, isWanted: bool) -> None:
        """Show the controls while a final category may be entered; they begin empty each time."""
        ui = self._ui
        for control in (
            *(ui.biradsAfterLabel, ui.biradsAfterComboBox, ui.confidenceAfterLabel, ui.confidenceAfterSpinBox),
            ui.commitAfterButton,
        ):
            control.visible = isWanted
        if not isWanted:
            self._chosen = ""
            ui.confidenceAfterSpinBox.value = 0
        self._category.show(self._chosen)
        enableOrSay(ui.commitAfterButton, "" if self._chosen else _("Choose a BI-RADS category first."))

    def _onCategory(self, category: str) -> None:
        self._chosen = category
        self.show(True)

    def _onCommit(self, _checked: bool = False) -> None:
        self._onEntered(self._chosen, self._ui.confidenceAfterSpinBox.value)
