"""A volume node of the scene as the engine's `Frames`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.images.frames import Frames, InputKind
from ..mrml.image_data import ijkToRasOf
from ..mrml.result_links import isResult
from ..mrml.sequences import BrowsedSequence, sequenceBehind
from ..views.acquisition_views import sliceShown
from .dicom_source import framesBehind
from .node_pixel_size import withPixelSize
from .node_pixels import FrameReader, requirePixels
from .source_options import SourceOptions
from .stacked_geometry import stackedGeometry

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLVolumeNode

NODE_AS_IT_IS = SourceOptions()


def framesFromNode(volumeNode: vtkMRMLVolumeNode, source: SourceOptions = NODE_AS_IT_IS) -> Frames:
    """The still, cine or volume that `volumeNode` shows; pixels stay in the node and are copied a frame at a time.

    A single-slice node is a still, a deeper one a volume along its slice axis, the proxy of a sequence of several
    single-slice items a cine (read from the sequence: the browser does not move), or a volume where
    `source.asSlices` says so. Regions and frame times come from the DICOM file behind the node where
    `slicer.dicomDatabase` knows it. So does the pixel spacing, unless the user gave one; without both the node's own
    counts (``VOLUME_HEADER``), except 1 mm, Slicer's stand-in for unknown, and a picture's dots per inch.

    Raises:
        InputError: the node is not a scalar or vector volume, is empty, a result, or is a sequence of volumes.
    """
    _requireVolume(volumeNode)
    browsed = sequenceBehind(volumeNode)
    nodes = _itemsOf(volumeNode, browsed) if browsed else [volumeNode]
    columns, rows, planes = nodes[0].GetImageData().GetDimensions()
    kind = _kind(volumeNode, len(nodes), planes, source)
    hasColor = nodes[0].GetImageData().GetNumberOfScalarComponents() > 1
    frames = Frames(
        name=volumeNode.GetName(),
        kind=kind,
        count=max(len(nodes), planes),
        rows=rows,
        columns=columns,
        has_color=hasColor,
        read_frame=FrameReader(nodes, rows, columns, hasColor),
        ijk_to_ras=ijkToRasOf(nodes[0]),
        frame_times_s=_frameTimes(browsed) if kind is InputKind.CINE and browsed else None,
    )
    file = framesBehind(nodes[0]) or framesBehind(volumeNode)
    if file is not None and (file.rows, file.columns) != (rows, columns):
        file = None
    if file is not None and kind is InputKind.CINE and file.count == frames.count:
        frames = replace(frames, frame_times_s=file.frame_times_s)
    frames = withPixelSize(frames, file, volumeNode, source)
    if len(nodes) > 1 and source.asSlices:
        return replace(frames, ijk_to_ras=stackedGeometry(frames, source.sliceSpacingMm))
    return frames


def currentFrame(volumeNode: vtkMRMLVolumeNode) -> int:
    """Index of the frame that is shown: the browser's of a cine, of a volume the slice of the view along its slices.

    0 for a still, and for a node that shows nothing.
    """
    browsed = sequenceBehind(volumeNode)
    if browsed is not None and browsed.sequence.GetNumberOfDataNodes() > 1:
        return max(browsed.browser.GetSelectedItemNumber(), 0)
    image = volumeNode.GetImageData()
    return sliceShown(volumeNode) if image is not None and image.GetDimensions()[2] > 1 else 0


def _requireVolume(node: vtkMRMLVolumeNode) -> None:
    usable = node is not None and node.IsA("vtkMRMLScalarVolumeNode") and not node.IsA("vtkMRMLLabelMapVolumeNode")
    if not usable:
        raise InputError(
            "this is not an image volume",
            where=None if node is None else node.GetName(),
            remedy="Choose a scalar or color volume that shows the ultrasound image",
        )
    if node.GetScene() is None:
        raise InputError(
            "the image is no longer in the scene", where=node.GetName(), remedy="Load it again, or choose another"
        )
    if isResult(node):
        raise InputError(
            "this is a heat map of BreastUSAI, not an ultrasound image",
            where=node.GetName(),
            remedy="Choose the image that it was made from",
        )
    requirePixels(node)


def _itemsOf(volumeNode: vtkMRMLVolumeNode, browsed: BrowsedSequence) -> list[vtkMRMLVolumeNode]:
    nodes = [browsed.sequence.GetNthDataNode(item) for item in range(browsed.sequence.GetNumberOfDataNodes())]
    if not nodes:
        raise InputError("the sequence holds no frames", where=volumeNode.GetName(), remedy="Load the images again")
    for node in nodes:
        requirePixels(node)
    return nodes


def _kind(volumeNode: vtkMRMLVolumeNode, items: int, planes: int, source: SourceOptions) -> InputKind:
    if items > 1 and planes > 1:
        raise InputError(
            "this is a sequence of volumes",
            where=volumeNode.GetName(),
            remedy="Copy one volume out of the sequence and analyze that",
        )
    if items > 1:
        return InputKind.VOLUME if source.asSlices else InputKind.CINE
    return InputKind.VOLUME if planes > 1 else InputKind.STILL


def _frameTimes(browsed: BrowsedSequence) -> tuple[float, ...] | None:
    if browsed.sequence.GetIndexName() != "time" or browsed.sequence.GetIndexUnit() != "s":
        return None
    times = [float(value) for value in browsed.indexValues]
    return tuple(time - times[0] for time in times)
