"""The picture of a past case: its file where that is still there, else the library's thumbnail."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...engine.errors import BreastUSAIError, InputError
from ...engine.similar.case import CasePicture


def casePixels(picture: CasePicture) -> NDArray | None:
    """Gray pixels ``[H, W]`` uint8 or float, or None where the library knows no picture of the case."""
    if picture.file and Path(picture.file).is_file():
        try:
            return _ofFile(picture)
        except BreastUSAIError:
            if not picture.thumbnail:
                raise
    return _ofThumbnail(picture.thumbnail) if picture.thumbnail else None


def _ofFile(picture: CasePicture) -> NDArray:
    from ...engine.reading.file import read_file

    frames = read_file(Path(picture.file))
    if not 0 <= picture.frame < frames.count:
        raise InputError(
            "the file has changed since the library was built",
            where=picture.file,
            remedy="Build the library again",
        )
    return np.asarray(frames.gray(picture.frame))


def _ofThumbnail(thumbnail: bytes) -> NDArray[np.uint8]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(thumbnail), formats=("JPEG", "PNG")) as opened:
            return np.asarray(opened.convert("L"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError("the thumbnail is damaged", remedy="Build the library again") from error
