"""What a compressed frame says of itself, whatever the DICOM header around it claims; and lossy JPEG to pixels."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

JPEG_START, JPEG_2000_START = b"\xff\xd8\xff", b"\xff\x4f\xff\x51"
_JP2_START = b"\x00\x00\x00\x0cjP  "
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_DCT_FRAMES = {0xC0, 0xC1, 0xC2, 0xC5, 0xC6, 0xC9, 0xCA, 0xCD, 0xCE}
_LOSSLESS_FRAMES = {0xC3, 0xC7, 0xCB, 0xCF}
_JPEG_LS_FRAME = 0xF7
_START_OF_FRAME = _DCT_FRAMES | _LOSSLESS_FRAMES | {_JPEG_LS_FRAME}
_JP2_YBR = 18  # enumerated color space sYCC (T.800 I.5.3.3)


class StoredColor(str, Enum):
    """The color model of the decoded samples."""

    RGB = "rgb"
    YBR = "ybr"


class Coding(str, Enum):
    """How a codestream is compressed."""

    LOSSY_JPEG = "lossy JPEG"
    LOSSLESS_JPEG = "lossless JPEG"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"


@dataclass(frozen=True)
class Codestream:
    """One compressed frame.

    `stream` is the bare codestream, `components` the samples of a pixel, `bits` those of a sample. `color` is the
    color model that its own markers state, None where they leave it open; of JPEG 2000 it is that of the decoded
    samples, which a decoder has turned into RGB itself where the codestream asks for it. `only_by_jfif`: nothing but a
    JFIF marker states it.
    """

    stream: bytes
    coding: Coding
    components: int
    bits: int
    color: StoredColor | None
    only_by_jfif: bool = False


def look_into(stream: bytes) -> Codestream | None:
    """What a JPEG, JPEG-LS or JPEG 2000 frame is by its own markers; None for anything else, such as RLE."""
    if stream.startswith(_JP2_START):
        place = stream.find(JPEG_2000_START)
        return None if place < 0 else _jpeg_2000(stream[place:], _jp2_color(stream[:place]))
    if stream.startswith(JPEG_2000_START):
        return _jpeg_2000(stream, None)
    return _jpeg(stream) if stream.startswith(JPEG_START) else None


def decode_lossy_jpeg(found: Codestream, header_is_rgb: bool) -> NDArray[np.uint8]:
    """RGB ``[H, W, 3]`` or gray ``[H, W]`` of an 8-bit lossy JPEG image.

    The header's word on the colors counts only where the codestream has none. Raises OSError or ValueError.
    """
    with Image.open(io.BytesIO(found.stream), formats=("JPEG",)) as image:
        if image.mode == "RGB" and found.color is None and header_is_rgb:
            image.draft("YCbCr", image.size)  # without markers the decoder would convert what is RGB already
        elif image.mode not in ("L", "RGB"):
            raise ValueError(f"JPEG pixels of kind {image.mode} are not gray or color")
        return np.array(image)


def _jpeg(stream: bytes) -> Codestream | None:
    """A JPEG image by its start of frame, and its color model in order of trust: the Adobe APP14 transform byte,
    component identifiers "RGB", a JFIF marker (always YCbCr), subsampled second and third components (never RGB).

    Source: ITU-T T.81, T.871, T.872.
    """
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
            return _jpeg_frame(stream, marker, segment, adobe, jfif)
        elif marker == 0xDA:
            break
        place += 2 + length
    return None


def _jpeg_frame(stream: bytes, marker: int, segment: bytes, adobe: int | None, jfif: bool) -> Codestream | None:
    if len(segment) < 6:
        return None
    parts = segment[6:]
    components = [(parts[i], parts[i + 1]) for i in range(0, len(parts) - 2, 3)]
    subsampled = len({sampling for _, sampling in components}) > 1
    color: StoredColor | None = None
    only_by_jfif = False
    if adobe is not None:
        color = StoredColor.YBR if adobe else StoredColor.RGB
    elif [identifier for identifier, _ in components] in ([82, 71, 66], [114, 103, 98]):
        color = StoredColor.RGB
    elif jfif or subsampled:
        color, only_by_jfif = StoredColor.YBR, not subsampled
    coding = Coding.LOSSY_JPEG
    if marker in _LOSSLESS_FRAMES:
        coding = Coding.LOSSLESS_JPEG
    elif marker == _JPEG_LS_FRAME:
        coding = Coding.JPEG_LS
    return Codestream(stream, coding, segment[5], segment[0], color, only_by_jfif)


def _jpeg_2000(stream: bytes, stated: StoredColor | None) -> Codestream | None:
    """By the SIZ marker, always first, and the COD marker's transform byte (ITU-T T.800 A.5.1, A.6.1)."""
    if len(stream) < 44:
        return None
    components, bits = int.from_bytes(stream[40:42], "big"), (stream[42] & 0x7F) + 1
    header = stream[:65536]
    place = header.find(b"\xff\x52")
    if 0 <= place < len(header) - 9 and header[place + 8] == 1:
        stated = StoredColor.RGB
    return Codestream(stream, Coding.JPEG_2000, components, bits, stated)


def _jp2_color(boxes: bytes) -> StoredColor | None:
    place = boxes.find(b"colr\x01")
    if place < 0:
        return None
    return StoredColor.YBR if int.from_bytes(boxes[place + 7 : place + 11], "big") == _JP2_YBR else StoredColor.RGB
