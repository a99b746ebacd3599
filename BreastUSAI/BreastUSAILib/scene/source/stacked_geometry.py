"""Where a volume lies whose slices are the frames of a cine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...engine.images.frames import Frames

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
