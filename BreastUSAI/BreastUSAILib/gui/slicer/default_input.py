"""Which image a user most likely means: the one in the slice views."""

from __future__ import annotations

from typing import Any

from ...scene.mrml.nodes import nodesOfClass
from ...scene.mrml.result_links import isResult
from ...scene.views.slice_views import volumesShown

CLASSES = ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode")


def shownVolume(scene: Any) -> Any:
    """The image that a slice view shows, or else the only one there is; None where neither holds."""
    for volume in volumesShown(scene):
        if isImage(volume):
            return volume
    images = [node for node in nodesOfClass(scene, CLASSES[0]) if isImage(node)]
    return images[0] if len(images) == 1 else None


def isImage(node: Any) -> bool:
    """Whether a node can be an ultrasound image: no label map, nothing that an analysis added, and not hidden."""
    return node.GetClassName() in CLASSES and not node.GetHideFromEditors() and not isResult(node)
