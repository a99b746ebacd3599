"""The image that the panel is about, and the slice views: each follows the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import slicer
from slicer.i18n import tr as _

from ...scene.mrml.nodes import nodesOfClass
from ...scene.mrml.result_links import isResult
from ...scene.mrml.sequences import sequenceBehind
from ...scene.views.slice_views import showImage, volumesShown
from .view_watch import ViewWatch

if TYPE_CHECKING:
    from ...scene.mrml.node_types import vtkMRMLNode, vtkMRMLScene, vtkMRMLVolumeNode
    from ..panel_widgets import PanelWidgets
    from ..parameters import BreastUSAIParameters

CLASSES = ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode")


class ShownImage:
    """Keeps the chosen image and what the slice views show the same.

    An image that is chosen is shown. Where the views turn to another image, that one is chosen. Where they turn to
    something that is not an image to analyze, `problem` says so, and a button brings the image back.

    Args:
        ui: the panel's widgets.
        onChange: called after the views changed, or an image came into the scene.
        onSettled: called once more when whoever changed the views is done.
    """

    def __init__(self, ui: PanelWidgets, onChange: Callable[[], None], onSettled: Callable[[], None]) -> None:
        self.problem = ""
        self._ui, self._onChange = ui, onChange
        self._parameters: BreastUSAIParameters | None = None
        self._chosen: vtkMRMLVolumeNode | None = None
        self._browsed: vtkMRMLVolumeNode | None = None
        self._known: set[str] = set()
        self._watch = ViewWatch(onChange, onSettled, self._onNews)
        ui.showImageButton.clicked.connect(self._onShow)

    def setParameterNode(self, parameters: BreastUSAIParameters | None) -> None:
        """Keep the image of these parameters from now on; what the views show counts before what was saved."""
        self._watch.stop()
        self._parameters = parameters
        self._chosen = None if parameters is None else parameters.inputVolume
        if parameters is not None:
            self._known = self._images()
            self._watch.watch(slicer.mrmlScene)
            self.enter()
        self.refresh()

    def enter(self) -> None:
        """The panel is shown: where no image is chosen, the one in the views is; where they are empty, it is shown."""
        parameters = self._parameters
        if parameters is None:
            return
        if parameters.inputVolume is None:
            parameters.inputVolume = shownVolume(slicer.mrmlScene)
        elif not volumesShown(slicer.mrmlScene):
            showImage(parameters.inputVolume)

    def refresh(self) -> None:
        """Show an image that was chosen, or choose one that is shown, and say where that cannot be."""
        parameters = self._parameters
        image = None if parameters is None else parameters.inputVolume
        if image is not self._chosen:
            self._chosen = image
            if image is not None and image not in volumesShown(image.GetScene()):
                showImage(image)
        shown = [] if parameters is None else volumesShown(slicer.mrmlScene)
        if parameters is not None and shown and image not in shown:
            self._chosen = image = next((volume for volume in shown if isImage(volume)), image)
            if image is not parameters.inputVolume:
                parameters.inputVolume = image
        if image is not self._browsed:
            self._browsed = image
            _chooseBrowserOf(image)
        self._say(image, None if image is None or not shown or image in shown else shown[0])

    def show(self) -> None:
        """Bring the chosen image back into the slice views."""
        image = None if self._parameters is None else self._parameters.inputVolume
        if image is not None and image not in volumesShown(image.GetScene()):
            showImage(image)

    def cleanup(self) -> None:
        """Let go of scene and parameters."""
        self._watch.stop()
        self._parameters = self._chosen = self._browsed = None

    def _say(self, image: vtkMRMLVolumeNode | None, other: vtkMRMLVolumeNode | None) -> None:
        ui, self.problem = self._ui, ""
        if image is not None and other is not None:
            self.problem = _("The slice views show “{other}”, not “{image}”.").format(
                other=other.GetName(), image=image.GetName()
            )
        ui.otherImageFrame.visible = bool(self.problem)
        ui.otherImageLabel.text = self.problem and " ".join(
            (self.problem, _("Until they show it again, neither verdict nor outlines of it are shown."))
        )

    def _onNews(self) -> None:
        if self._parameters is None:
            return
        new = [node for node in nodesOfClass(slicer.mrmlScene, "vtkMRMLScalarVolumeNode") if self._isNew(node)]
        self._known = self._images()
        if new and self._parameters.inputVolume is None:
            self._parameters.inputVolume = shownVolume(slicer.mrmlScene) or new[-1]
        self._onChange()

    def _isNew(self, node: vtkMRMLVolumeNode) -> bool:
        return node.GetID() not in self._known and node.GetImageData() is not None and isImage(node)

    def _images(self) -> set[str]:
        return {node.GetID() for node in nodesOfClass(slicer.mrmlScene, "vtkMRMLScalarVolumeNode")}

    def _onShow(self, _checked: bool = False) -> None:
        self.show()


def _chooseBrowserOf(image: vtkMRMLVolumeNode | None) -> None:
    """Let the application's sequence toolbar play the cine."""
    behind = None if image is None else sequenceBehind(image)
    choose = getattr(slicer.modules.sequences, "setToolBarActiveBrowserNode", None)
    if behind is not None and choose is not None:
        choose(behind.browser)


def shownVolume(scene: vtkMRMLScene) -> vtkMRMLVolumeNode | None:
    """The image that a slice view shows, or else the only one there is; None where neither holds."""
    for volume in volumesShown(scene):
        if isImage(volume):
            return volume
    images = [node for node in nodesOfClass(scene, CLASSES[0]) if isImage(node)]
    return images[0] if len(images) == 1 else None


def isImage(node: vtkMRMLNode) -> bool:
    """Whether a node can be an ultrasound image: no label map, nothing that an analysis added, and not hidden."""
    return node.GetClassName() in CLASSES and not node.GetHideFromEditors() and not isResult(node)
