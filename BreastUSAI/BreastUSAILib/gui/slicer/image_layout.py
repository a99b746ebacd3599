"""The layout that fits the image: a still or cine in one slice view, a volume in three, while the panel is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import qt
import slicer

from ...scene.views.layout import THREE_VIEWS, arrangementFor, isVolume, layoutOf, sliceViewsIn
from ...scene.views.slice_views import fitViews

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLLayoutNode, vtkMRMLVolumeNode
    from ..panel_widgets import PanelWidgets

SETTING = "BreastUSAI/LayoutFitsImage"


class ImageLayout:
    """Arranges the views for the chosen image; the layout that was there before comes back when it is switched off.

    A layout that the user chooses meanwhile stays until an image of the other kind is chosen.

    Args:
        ui: the panel's widgets.
    """

    def __init__(self, ui: PanelWidgets) -> None:
        self._box = ui.layoutFitsImageCheckBox
        self._box.checked = str(slicer.app.userSettings().value(SETTING, True)).lower() != "false"
        self._box.toggled.connect(self._onToggled)
        self._isEntered = False
        self._image: vtkMRMLVolumeNode | None = None
        self._arranged: bool | None = None
        self._own: int | None = None
        self._former: int | None = None

    def enter(self, image: vtkMRMLVolumeNode | None) -> None:
        """The panel is shown, with this image."""
        self._isEntered = True
        self.follow(image)

    def exit(self) -> None:
        """Another module is shown; the layout stays."""
        self._isEntered = False

    def follow(self, image: vtkMRMLVolumeNode | None) -> None:
        """Arrange the views for this image, where there was none before, or one of the other kind."""
        self._image = image
        if image is None:
            self._arranged = None
        if image is None or not self._isEntered or not self._box.checked or image.GetImageData() is None:
            return
        if isVolume(image) != self._arranged:
            self._arranged = isVolume(image)
            self._arrange(image)

    def cleanup(self) -> None:
        """Let go of the scene."""
        self._isEntered, self._image = False, None

    def _arrange(self, image: vtkMRMLVolumeNode) -> None:
        layout = layoutOf(image.GetScene())
        if layout is None:
            return
        now = layout.GetViewArrangement()
        if now != self._own:
            self._former = now
        wanted = arrangementFor(image, layout, self._former)
        if wanted is not None and wanted != now:
            self._own = wanted
            self._set(layout, wanted)

    def _restore(self) -> None:
        layout = layoutOf(slicer.mrmlScene)
        if layout is None or self._former is None or layout.GetViewArrangement() != self._own:
            return
        self._set(layout, self._former if sliceViewsIn(layout, self._former) else THREE_VIEWS)

    def _set(self, layout: vtkMRMLLayoutNode, arrangement: int) -> None:
        layout.SetViewArrangement(arrangement)
        qt.QTimer.singleShot(0, self._fit)  # the views have their new sizes only then

    def _fit(self) -> None:
        if self._image is not None and self._image.GetScene() is slicer.mrmlScene:
            fitViews(slicer.mrmlScene)

    def _onToggled(self, _checked: bool = False) -> None:
        slicer.app.userSettings().setValue(SETTING, self._box.checked)
        self._arranged = None
        if self._box.checked:
            self.follow(self._image)
        else:
            self._restore()
