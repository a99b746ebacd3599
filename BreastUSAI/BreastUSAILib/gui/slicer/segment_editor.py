"""A visit to Slicer's Segment Editor with the outlines of a result, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import qt
import slicer
from slicer.i18n import tr as _

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLSegmentationNode, vtkMRMLVolumeNode

HOME = "BreastUSAI"
EDITOR = "SegmentEditor"


class SegmentEditorVisit:
    """Opens Segment Editor on a segmentation; while the visit lasts, a button above it leads back."""

    def __init__(self) -> None:
        self._button: Any = None

    def start(self, segmentation: vtkMRMLSegmentationNode, volume: vtkMRMLVolumeNode) -> None:
        """Open Segment Editor with these nodes chosen.

        The nodes are set in the editor's own parameter set after the module is entered, because entering chooses nodes
        of its own. Raises RuntimeError where the application has no main window.
        """
        slicer.util.selectModule(EDITOR)
        editor = slicer.modules.segmenteditor.widgetRepresentation().self()
        editor.parameterSetNode.SetAndObserveSegmentationNode(segmentation)
        editor.parameterSetNode.SetAndObserveSourceVolumeNode(volume)
        segments = segmentation.GetSegmentation()
        if segments.GetNumberOfSegments() > 0:
            editor.parameterSetNode.SetSelectedSegmentID(segments.GetNthSegmentID(0))
        self._addButton(editor)

    def back(self) -> None:
        """Return to the panel."""
        self.end()
        slicer.util.selectModule(HOME)

    def end(self) -> None:
        """Take the button away."""
        if self._button is not None:
            self._button.hide()
            self._button.deleteLater()  # it may be this very button that was pressed: its parent keeps it until then
            self._button = None

    def _addButton(self, editor: qt.QWidget) -> None:
        self.end()
        self._button = qt.QPushButton(_("Back to Breast Ultrasound AI"))
        self._button.toolTip = _("Keep the edited outlines and return to the result, where they can be scored again")
        self._button.clicked.connect(self._onBack)
        editor.layout.insertWidget(0, self._button)

    def _onBack(self, _checked: bool = False) -> None:
        self.back()


def volumeOf(segmentation: vtkMRMLSegmentationNode) -> vtkMRMLVolumeNode | None:
    """The volume whose pixels the outlines lie on, or None where it is gone from the scene."""
    return segmentation.GetNodeReference(segmentation.GetReferenceImageGeometryReferenceRole())
