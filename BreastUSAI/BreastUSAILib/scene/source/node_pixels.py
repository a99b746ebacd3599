"""The pixels of volume nodes as the engine's frames, copied one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import InputError
from ..mrml.image_data import arrayFromImage

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLVolumeNode


class FrameReader:
    """Frame index -> a copy of that frame's pixels, in the types that `Frames.read_frame` promises.

    Args:
        nodes: one volume node with all frames as slices, or a node for each frame.
        rows, columns: the size that every frame must have.
        hasColor: whether every frame must be in color, or none.
    """

    def __init__(self, nodes: list[vtkMRMLVolumeNode], rows: int, columns: int, hasColor: bool) -> None:
        self._nodes = nodes
        self._shape = (rows, columns)
        self._hasColor = hasColor

    def __call__(self, index: int) -> NDArray:
        """Raises InputError where the frame has another size, lost its pixels or is neither gray nor color."""
        node, plane = (self._nodes[index], 0) if len(self._nodes) > 1 else (self._nodes[0], index)
        requirePixels(node)
        planes = arrayFromImage(node.GetImageData())
        if plane >= len(planes):
            raise InputError(
                f"the volume changed: it has {len(planes)} slices now",
                where=node.GetName(),
                remedy="Analyze it again",
            )
        pixels = planes[plane]
        if pixels.shape[:2] != self._shape:
            raise InputError(
                f"frame {index} is {pixels.shape[1]}x{pixels.shape[0]} pixels, the first is "
                f"{self._shape[1]}x{self._shape[0]}",
                where=node.GetName(),
                remedy="Load frames of one size as one sequence",
            )
        if (pixels.ndim > 2) != self._hasColor:
            raise InputError(
                f"frame {index} is {'not ' if self._hasColor else ''}in color, unlike the first",
                where=node.GetName(),
                remedy="Load frames of one kind as one sequence",
            )
        return _gray(pixels, node.GetName()) if pixels.ndim == 2 else _rgb(pixels, node.GetName())


def requirePixels(node: vtkMRMLVolumeNode) -> None:
    """Raises InputError where a volume node holds no image."""
    image = node.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0 or image.GetPointData().GetScalars() is None:
        raise InputError("the volume holds no pixels", where=node.GetName(), remedy="Load the image again")


def _gray(pixels: NDArray, name: str) -> NDArray:
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise InputError(
            "the volume holds values that are not numbers", where=name, remedy="Replace NaN and infinite values by 0"
        )
    return np.array(pixels, dtype=pixels.dtype if pixels.dtype in (np.uint8, np.uint16) else np.float32)


def _rgb(pixels: NDArray, name: str) -> NDArray:
    if pixels.shape[2] not in (3, 4) or pixels.dtype not in (np.uint8, np.uint16):
        raise InputError(
            f"{pixels.shape[2]} components of {pixels.dtype} do not make a color picture",
            where=name,
            remedy="Choose a gray volume, or a color one with 8 or 16 bits a channel",
        )
    color = pixels[..., :3]
    return color.copy() if color.dtype == np.uint8 else (color >> 8).astype(np.uint8)
