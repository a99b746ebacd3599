"""The block "Edit": to Segment Editor and back, and what an edited outline gives."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from ..slicer.segment_editor import SegmentEditorVisit, volumeOf
from ..widgets.buttons import enableOrSay
from .find_section import FindSection

if TYPE_CHECKING:
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters


class EditSection:
    """Opens Segment Editor with the last result's outlines, and asks for new scores afterwards.

    Args:
        ui: the panel's widgets.
        parameters: the parameter node, or None until there is one.
        onRescore: called when the reader wants measurements and likelihoods of the outlines as they are now.
        find: the button that looks for a lesion at a click, which is there where the outlines are.
    """

    def __init__(
        self,
        ui: PanelWidgets,
        parameters: BreastUSAIParameters | None,
        onRescore: Callable[[], None],
        find: FindSection | None = None,
    ) -> None:
        self._ui, self._onRescore, self._find = ui, onRescore, find
        self._parameters: BreastUSAIParameters | None = None
        self._isBusy = self._isWaiting = self._isEdited = False
        self._visit = SegmentEditorVisit()
        ui.editButton.clicked.connect(self._onEdit)
        ui.rescoreButton.clicked.connect(self._onRescoreButton)
        self.setParameterNode(parameters)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Edit the outlines of these parameters from now on."""
        self._parameters = parameters
        if self._find is not None:
            self._find.setParameterNode(parameters)
        self.refresh()

    def setBusy(self, isBusy: bool) -> None:
        """Whether an analysis or a re-scoring is running; only one may run at a time."""
        self._isBusy = isBusy
        self.refresh()

    def setWaiting(self, isWaiting: bool) -> None:
        """Whether the outlines must not be seen yet."""
        self._isWaiting = isWaiting
        self.refresh()

    def setEdited(self, isEdited: bool) -> None:
        """Whether the outlines were edited since they were scored."""
        self._isEdited = isEdited
        self.refresh()

    def enter(self) -> None:
        """The panel is shown again, by the way back or by any other."""
        self._visit.end()
        self.refresh()

    def refresh(self) -> None:
        """Enable what can be done; what cannot be done says why."""
        ui, missing = self._ui, self._missing()
        enableOrSay(ui.editButton, missing)
        busy = missing or (_("Wait for the analysis that is running.") if self._isBusy else "")
        enableOrSay(ui.rescoreButton, busy)
        if self._find is not None:
            self._find.refresh(busy)
        hint = _(
            "Correct the outlines in Segment Editor, come back, score them again: sizes and likelihoods then belong "
            "to your outlines."
        )
        if self._isEdited:
            hint = _("You have edited the outlines: press Re-score for their sizes and likelihoods.")
        ui.editHintLabel.text = missing or hint

    def cleanup(self) -> None:
        """Let go of the parameters and take the way back from Segment Editor."""
        self._visit.end()
        if self._find is not None:
            self._find.cleanup()
        self._parameters = None

    def _missing(self) -> str:
        """Why nothing can be edited, or nothing."""
        if self._isWaiting:
            return _("The outlines stay hidden until you have entered your own assessment.")
        segmentation = None if self._parameters is None else self._parameters.segmentation
        if segmentation is None:
            return _("There are no outlines yet: analyze an image first.")
        if volumeOf(segmentation) is None:
            return _("The image of these outlines is no longer in the scene.")
        return ""

    def _onEdit(self, _checked: bool = False) -> None:
        segmentation = None if self._parameters is None else self._parameters.segmentation
        volume = None if segmentation is None else volumeOf(segmentation)
        if segmentation is None or volume is None:
            return
        try:
            self._visit.start(segmentation, volume)
        except (RuntimeError, AttributeError) as error:
            logging.exception("Segment Editor did not open")
            self._ui.editHintLabel.text = _("Segment Editor cannot be opened here: {error}").format(error=error)

    def _onRescoreButton(self, _checked: bool = False) -> None:
        self._onRescore()
