"""Lossy JPEG to pixels, and what codestreams say about their own colours, whatever the DICOM header claims."""

from __future__ import annotations

import io
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_START_OF_FRAME = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


class StoredColour(str, Enum):
    """The colour model of the decoded samples."""

    RGB = "rgb"
    YBR = "ybr"


def jpeg_colour(stream: bytes) -> StoredColour | None:
    """The colour model of a lossy JPEG image, or None where its markers leave it open.

    In order of trust: the Adobe APP14 transform byte, component identifiers "RGB", a JFIF marker (always YCbCr),
    subsampled second and third components (never RGB). Source: ITU-T T.871, T.872.
    """
    adobe, jfif, components = _jpeg_markers(stream)
    if adobe is not None:
        return StoredColour.YBR if adobe else StoredColour.RGB
    if [identifier for identifier, _ in components] in ([82, 71, 66], [114, 103, 98]):
        return StoredColour.RGB
    if jfif or len({sampling for _, sampling in components}) > 1:
        return StoredColour.YBR
    return None


def decode_lossy_jpeg(stream: bytes, header_is_rgb: bool) -> NDArray[np.uint8]:
    """RGB ``[H, W, 3]`` or grey ``[H, W]`` of an 8-bit lossy JPEG image.

    The header's word on the colours counts only where the codestream has none. Raises OSError or ValueError.
    """
    stated = jpeg_colour(stream)
    with Image.open(io.BytesIO(stream), formats=("JPEG",)) as image:
        if image.mode == "RGB" and stated is None and header_is_rgb:
            image.draft("YCbCr", image.size)  # without markers the decoder would convert what is RGB already
        elif image.mode not in ("L", "RGB"):
            raise ValueError(f"JPEG pixels of kind {image.mode} are not grey or colour")
        return np.array(image)


def uses_multiple_component_transform(stream: bytes) -> bool:
    """Whether a JPEG 2000 decoder turns the samples into RGB itself (the COD marker's transform byte, T.800 A.6.1)."""
    header = stream[:65536]
    place = header.find(b"\xff\x52")
    return 0 <= place < len(header) - 9 and header[place + 8] == 1


def _jpeg_markers(stream: bytes) -> tuple[int | None, bool, list[tuple[int, int]]]:
    """Adobe transform, JFIF present, and (identifier, sampling factors) of every component."""
    adobe: int | None = None
    jfif = False
    place = 2
    while place + 4 <= len(stream) and stream[place] == 0xFF:
        marker = stream[place + 1]
        if marker == 0xFF or marker in _STANDALONE:
            place += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(stream[place + 2 : place + 4], "big")
        segment = stream[place + 4 : place + 2 + length]
        if marker == 0xEE and segment.startswith(b"Adobe") and len(segment) >= 12:
            adobe = segment[11]
        elif marker == 0xE0 and segment.startswith(b"JFIF"):
            jfif = True
        elif marker in _START_OF_FRAME:
            parts = segment[6:]
            return adobe, jfif, [(parts[i], parts[i + 1]) for i in range(0, len(parts) - 2, 3)]
        elif marker == 0xDA:
            break
        place += 2 + length
    return adobe, jfif, []
