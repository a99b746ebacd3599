"""The frames of a cine as the slices of a volume node of its own; `source/stacked_geometry.py` has where it lies."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from ...engine.errors import InputError
from ...engine.images.frames import Frames
from ..mrml.growing_image import GrowingImage
from ..mrml.nodes import addNode, listAgain, shareTransform
from ..source.dicom_source import noteSource
from ..source.node_pixel_size import notePixelSize
from .volume_node import dressStackedVolume, volumeClass

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene, vtkMRMLVolumeNode


def addStackedVolume(
    scene: vtkMRMLScene, frames: Frames, cineNode: vtkMRMLVolumeNode
) -> Generator[None, None, vtkMRMLVolumeNode]:
    """A new volume node of `frames` under the parent transform of `cineNode`, filled a frame at each step."""
    node = addNode(scene, volumeClass(frames), f"{cineNode.GetName()} as slices")
    listAgain(node)  # an image, whatever is to happen to the result that brings it
    shareTransform(node, cineNode)
    first = frames.read_frame(0)
    image = GrowingImage(frames.count, frames.rows, frames.columns, first.dtype, 3 if frames.has_color else 1)
    for index in range(frames.count):
        frame = frames.read_frame(index)
        if frame.dtype != first.dtype:
            raise InputError(
                f"frame {index} holds {frame.dtype} pixels, the first {first.dtype}",
                where=cineNode.GetName(),
                remedy="Load frames of one kind as one sequence",
            )
        image.slices[index] = frame
        yield
    notePixelSize(node, frames)
    noteSource(node, cineNode)
    dressStackedVolume(node, image.finished(), frames, cineNode)
    return node
