"""Which image a user most likely means: the one in the slice views."""

from __future__ import annotations

from typing import Any

from ..scene.nodes import nodesOfClass
from ..scene.result_links import isResult

CLASSES = ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode")


def shownVolume(scene: Any) -> Any:
    """The image that a slice view shows, or else the only one there is; None where neither holds."""
    for view in nodesOfClass(scene, "vtkMRMLSliceCompositeNode"):
        volume = scene.GetNodeByID(view.GetBackgroundVolumeID() or "")
        if volume is not None and _isImage(volume):
            return volume
    images = [node for node in nodesOfClass(scene, CLASSES[0]) if _isImage(node)]
    return images[0] if len(images) == 1 else None


def _isImage(node: Any) -> bool:
    return node.GetClassName() in CLASSES and not node.GetHideFromEditors() and not isResult(node)
