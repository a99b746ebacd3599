"""Gray pixels as an icon."""

from __future__ import annotations

import io

import qt
from numpy.typing import NDArray


def iconOf(pixels: NDArray) -> qt.QIcon:
    """An icon of gray pixels ``[H, W]`` uint8, in their own shape."""
    from PIL import Image

    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, format="PNG")
    return qt.QIcon(qt.QPixmap.fromImage(qt.QImage.fromData(encoded.getvalue())))
