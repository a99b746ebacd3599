"""What reports of a result in the scene are made from: the image, its outlines as they are, heat map and document."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from slicer.i18n import tr as _

from ...engine.errors import InputError
from ...engine.images.frames import Frames
from ...engine.interface import Masks
from ..mrml.image_data import arrayFromImage
from ..mrml.result_links import RESULT_ROLES, explanationNodes
from ..mrml.sequences import sequenceBehind
from ..outlines.edited_masks import editedMasksInSteps
from ..source.frames_from_node import framesFromNode
from ..source.source_options import SourceOptions
from .stored_report import storedReport

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScalarVolumeNode, vtkMRMLVolumeNode
    from ..mrml.result_links import ResultNodes


@dataclass(frozen=True)
class ReportContents:
    """`masks` are by frame: labels ``[H, W]``; `document` is the report's text.

    `maps` are by what they are and the frame: the heat map by an empty text, explanations beside it by their option.
    """

    frames: Frames
    masks: Masks
    maps: Mapping[str, Mapping[int, NDArray[np.float32]]]
    document: str


def reportContentsInSteps(
    result: ResultNodes | None, volumeNode: vtkMRMLVolumeNode | None, source: SourceOptions
) -> Generator[None, None, ReportContents]:
    """Read everything from the nodes of a result, in short steps; nothing is changed.

    Args:
        result: the image's result.
        volumeNode: the image.
        source: how the image is to be understood.

    Raises InputError where there is no result, or one of its nodes cannot be read.
    """
    report = None if result is None else result.report
    stored = storedReport(report)
    if result is None or report is None or stored is None or volumeNode is None:
        raise InputError(_("there is no result to save"), remedy=_("Analyze the image first"))
    frames = framesFromNode(volumeNode, source)
    key = stored.analysis.verdict.key_frame
    shown = frames.count // 2 if key is None else key
    masks: dict[int, NDArray[np.uint8]] = {}
    if result.segmentation is not None and stored.analysis.frames:
        masks.update((yield from editedMasksInSteps(result.segmentation, volumeNode)))
    elif key is not None:
        raise InputError(_("the outlines of this result were deleted"), remedy=_("Analyze the image again"))
    if shown not in masks:
        masks[shown] = np.zeros((frames.rows, frames.columns), np.uint8)
    # a view may show another map than the one that came with the verdict
    nodes = {"": report.GetNodeReference(RESULT_ROLES["heatMap"]), **explanationNodes(report)}
    maps = {}
    for option, node in nodes.items():
        values = _mapOf(node, volumeNode, shown)
        if values is not None:
            maps[option] = {shown: values}
        yield
    return ReportContents(frames, masks, maps, report.GetText() or "")


def _mapOf(
    node: vtkMRMLScalarVolumeNode | None, volumeNode: vtkMRMLVolumeNode, frame: int
) -> NDArray[np.float32] | None:
    """The map ``[H, W]`` of one frame, or None where there is none any more."""
    if node is None:
        return None
    behind, image = sequenceBehind(node), sequenceBehind(volumeNode)
    if behind is None or image is None:
        return _plane(node, frame)
    item = image.itemBeside(behind.sequence, frame)
    return None if item is None else _plane(item)


def _plane(node: vtkMRMLScalarVolumeNode, frame: int = 0) -> NDArray[np.float32] | None:
    image = node.GetImageData()
    if image is None:
        return None
    planes = arrayFromImage(image)
    return np.array(planes[min(frame, len(planes) - 1)], np.float32)
