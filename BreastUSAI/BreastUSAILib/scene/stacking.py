"""The frames of a cine as the slices of a volume: its geometry, and a volume node of its own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..engine.errors import InputError
from ..engine.frames import Frames
from .dicom_source import noteSource
from .growing_image import GrowingImage
from .node_calibration import noteCalibration
from .nodes import addNode, shareTransform
from .volume_node import dressStackedVolume, volumeClass

UNKNOWN_SPACING_MM = 1.0
"""What Slicer draws where a distance is not known."""


def stackedGeometry(frames: Frames, sliceSpacingMm: float | None) -> NDArray[np.float64]:
    """``[4, 4]`` IJK to RAS matrix in mm of a volume whose slices are these frames.

    The first slice lies where the frames lie; the others follow along the frames' normal. Pixels get their real size
    where it is known, so that the volume has the right proportions.
    """
    row, column = frames.pixel_spacing_mm or (None, None)
    sizes = (column, row, UNKNOWN_SPACING_MM if sliceSpacingMm is None else sliceSpacingMm)
    matrix = frames.ijk_to_ras.copy()
    for axis, size in enumerate(sizes):
        if size is not None:
            matrix[:3, axis] *= size / np.linalg.norm(matrix[:3, axis])
    return matrix


def addStackedVolume(scene: Any, frames: Frames, cineNode: Any) -> Generator[None, None, Any]:
    """A new volume node of `frames` under the parent transform of `cineNode`, filled a frame at each step."""
    node = addNode(scene, volumeClass(frames), f"{cineNode.GetName()} as slices")
    shareTransform(node, cineNode)
    first = frames.read_frame(0)
    image = GrowingImage(frames.count, frames.rows, frames.columns, first.dtype, 3 if frames.has_colour else 1)
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
    noteCalibration(node, frames)
    noteSource(node, cineNode)
    dressStackedVolume(node, image.finished(), frames, cineNode)
    return node
