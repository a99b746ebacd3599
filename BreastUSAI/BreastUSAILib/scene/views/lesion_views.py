"""Takes browser and slice views to a frame or a lesion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.findings.analysis import Lesion
from ..mrml.nodes import nodesOfClass
from ..mrml.sequences import sequenceBehind
from ..mrml.transforms import imageToWorld
from .acquisition_views import sliceCenter, viewsAlongSlices

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLSequenceBrowserNode, vtkMRMLVolumeNode


def goToFrame(volumeNode: vtkMRMLVolumeNode, browser: vtkMRMLSequenceBrowserNode | None, frame: int) -> None:
    """Show a frame: `browser` selects it, or the view along the slices of a volume moves there. A still stays.

    Args:
        volumeNode: the image.
        browser: the sequence browser of a cine; None finds it.
        frame: index from 0.

    Raises InputError where the image has no such frame any more.
    """
    browsed = sequenceBehind(volumeNode)
    planes = _planesOf(volumeNode)
    items = browsed.sequence.GetNumberOfDataNodes() if browsed else 1
    if not 0 <= frame < max(items, planes):
        raise InputError(
            f"frame {frame + 1} is no longer there", where=volumeNode.GetName(), remedy="Analyze the image again"
        )
    if browsed is not None and items > 1:
        (browser or browsed.browser).SetSelectedItemNumber(frame)
    elif planes > 1:
        center = sliceCenter(volumeNode, frame)
        for view in viewsAlongSlices(volumeNode):
            view.JumpSliceByOffsetting(*center)


def centerOnLesion(volumeNode: vtkMRMLVolumeNode, lesion: Lesion, browser: vtkMRMLSequenceBrowserNode | None) -> None:
    """Show a lesion in the middle of every slice view, on its own frame, wherever transforms have put the image.

    Args:
        volumeNode: the image.
        lesion: its `frame` and `centroid_px` are used.
        browser: the sequence browser of a cine; None finds it.

    Raises InputError where the image has no such frame any more.
    """
    goToFrame(volumeNode, browser, lesion.frame)
    column, row = lesion.centroid_px
    plane = lesion.frame if _planesOf(volumeNode) > 1 else 0
    place = imageToWorld(volumeNode, [[column, row, plane]])[0]
    for view in nodesOfClass(volumeNode.GetScene(), "vtkMRMLSliceNode"):
        view.JumpSliceByCentering(*place)


def _planesOf(volumeNode: vtkMRMLVolumeNode) -> int:
    image = volumeNode.GetImageData()
    return 0 if image is None else image.GetDimensions()[2]
