"""A small encoder of lossless JPEG (ITU-T T.81 annex H), so that tests can choose markers and samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CATEGORIES = 9  # of differences of 8-bit samples


def lossless_jpeg(pixels: NDArray[np.uint8], marker: bytes = b"") -> bytes:
    """A codestream of gray ``[H, W]`` or three samples ``[H, W, 3]``, each predicted by the one to its left.

    `marker` is put after the start of image as it is.
    """
    planes = pixels[..., None] if pixels.ndim == 2 else pixels
    rows, columns, count = planes.shape
    components = b"".join(bytes([number + 1, 0x11, 0]) for number in range(count))
    frame = bytes([8]) + rows.to_bytes(2, "big") + columns.to_bytes(2, "big") + bytes([count]) + components
    lengths = bytes([0, 0, 0, _CATEGORIES]) + bytes(12)  # every category has a code of four bits
    selected = b"".join(bytes([number + 1, 0]) for number in range(count))
    return b"".join(
        [
            b"\xff\xd8" + marker,
            _segment(0xC3, frame),
            _segment(0xC4, bytes([0]) + lengths + bytes(range(_CATEGORIES))),
            _segment(0xDA, bytes([count]) + selected + bytes([1, 0, 0])),
            _entropy(planes.astype(np.int32)),
            b"\xff\xd9",
        ]
    )


def _segment(code: int, content: bytes) -> bytes:
    return bytes([0xFF, code]) + (len(content) + 2).to_bytes(2, "big") + content


def _entropy(planes: NDArray[np.int32]) -> bytes:
    predicted = np.empty_like(planes)
    predicted[:, 1:] = planes[:, :-1]
    predicted[1:, 0] = planes[:-1, 0]
    predicted[0, 0] = 128
    bits = []
    for value in (planes - predicted).ravel().tolist():
        category = abs(value).bit_length()
        bits.append(f"{category:04b}")
        if category:
            bits.append(f"{value if value > 0 else value + (1 << category) - 1:0{category}b}")
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    packed = int(text, 2).to_bytes(len(text) // 8, "big")
    return packed.replace(b"\xff", b"\xff\x00")
