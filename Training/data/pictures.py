"""Image and mask files to arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames, luminance
from BreastUSAILib.engine.reading.file import read_file
from BreastUSAILib.engine.reading.picture import is_picture

_REMEDY = "Check the --data folder"
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError)  # what Pillow raises for a broken picture


def is_plain_picture(path: Path) -> bool:
    """Whether the file is a PNG, JPEG, BMP or one-page TIFF picture of 8 bits a channel. Raises InputError."""
    try:
        if not is_picture(path):
            return False
        with Image.open(path) as picture:
            pages = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
            return pages == 1 and not picture.mode.startswith(("I", "F"))
    except _DAMAGED as error:
        raise _unreadable(path, error) from error


def read_gray(path: Path) -> NDArray[np.uint8]:
    """An image file as luminance ``[H, W]`` uint8; transparency is dropped. Raises InputError."""
    if not is_plain_picture(path):
        return _eight_bit(read_still(path).gray(0))
    return luminance(_rgb_or_gray(path))


def read_mask(path: Path) -> NDArray[np.bool_]:
    """A mask picture as ``[H, W]``. Raises InputError.

    Lesion is what is brighter than 127, or than 0 where nothing is brighter than 1. A mask drawn on a transparent
    ground (BrEaST's are) is what is not transparent, whatever its colors.
    """
    try:
        with Image.open(path) as picture:
            if "A" in picture.getbands():
                drawn = np.asarray(picture.getchannel("A")) > 0
                if not drawn.all():
                    return drawn
    except _DAMAGED as error:
        raise _unreadable(path, error) from error
    gray = luminance(_rgb_or_gray(path))
    return gray > (127 if gray.max() > 1 else 0)


def read_still(path: Path) -> Frames:
    """An image file by the engine's own reader. Raises InputError, also for what has several frames."""
    frames = read_file(path)
    if frames.count != 1:
        raise InputError(
            f"the file holds {frames.count} frames, and a label is for one",
            where=path,
            remedy="Save the frame that was labeled as a file of its own",
        )
    return frames


def image_size(path: Path) -> tuple[int, int]:
    """(columns, rows) of an image or mask file, from its header alone where it is a picture. Raises InputError."""
    try:
        if is_picture(path):
            with Image.open(path) as picture:
                return picture.size
    except _DAMAGED as error:
        raise _unreadable(path, error) from error
    frames = read_still(path)
    return frames.columns, frames.rows


def _rgb_or_gray(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture if picture.mode == "L" else picture.convert("RGB"))
    except _DAMAGED as error:
        raise _unreadable(path, error) from error


def _eight_bit(gray: NDArray) -> NDArray[np.uint8]:
    if gray.dtype == np.uint8:
        return gray
    low, high = float(gray.min()), float(gray.max())
    return np.rint((gray.astype(np.float32) - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)


def _unreadable(path: Path, error: Exception) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("there is no such file", where=path, remedy=_REMEDY)
    return InputError(f"cannot be read ({error})", where=path, remedy=_REMEDY)
