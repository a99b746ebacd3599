"""What the application does with slice views, and what it draws in them."""

from __future__ import annotations

from typing import Any

from BreastUSAILib.scene.mrml.host import SceneHost
from BreastUSAILib.scene.mrml.nodes import nodesOfClass


def load_through_dicom(host: SceneHost, volume: Any) -> None:
    """Show a volume as the DICOM module and Add Data do at the end of loading: in every view, nothing above it."""
    selection = host.applicationLogic.GetSelectionNode()
    selection.SetReferenceActiveVolumeID(volume.GetID())
    host.applicationLogic.PropagateVolumeSelection()


def view_called(scene: Any, name: str = "Red") -> Any:
    """The slice node of that name."""
    return scene.GetFirstNode(name, "vtkMRMLSliceNode")


def layers_of(scene: Any, name: str = "Red") -> Any:
    """The composite node of that slice view."""
    views = nodesOfClass(scene, "vtkMRMLSliceCompositeNode")
    return next(view for view in views if view.GetLayoutName() == name)


def outlines_in(scene: Any, name: str = "Red") -> list[Any]:
    """The segmentations that Slicer draws in that view: all that are visible, whatever image is below them."""
    view = view_called(scene, name).GetID()
    found = []
    for node in nodesOfClass(scene, "vtkMRMLSegmentationNode"):
        display = node.GetDisplayNode()
        if display is not None and display.GetVisibility() and display.IsDisplayableInView(view):
            found.append(node)
    return found


def put_on_screen(scene: Any, *names: str) -> None:
    """Map these slice views in the layout and no others, as the layout manager does."""
    for view in nodesOfClass(scene, "vtkMRMLSliceNode"):
        view.SetMappedInLayout(view.GetName() in names)
