"""Stored values of volume files as display pixels, and unpacking that cannot grow without bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError

_CHUNK_BYTES = 1 << 20


def shown(values: NDArray, where: Path) -> NDArray:
    """uint8 RGB ``[H, W, 3]``, or gray ``[H, W]`` of uint8, uint16 or float32, of one slice as it is stored.

    Raises InputError for values that are not numbers.
    """
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise InputError(
            "the volume holds values that are not numbers",
            where=where,
            remedy="Replace NaN and infinite values by 0 and save it again",
        )
    if values.ndim == 3:
        color = values[..., :3]
        if color.dtype == np.uint16:
            color = color >> 8
        return np.clip(color, 0, 255).astype(np.uint8)
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    if native.dtype in (np.uint8, np.uint16):
        return native.copy()
    return native.astype(np.float32)


def read_all(file: BinaryIO, unpacker: Any, wanted: int) -> bytes:
    """At most `wanted` unpacked bytes of what is left of `file`; `unpacker` is one of `zlib.decompressobj`.

    Raises zlib.error.
    """
    found = bytearray()
    while len(found) < wanted and not unpacker.eof:
        chunk = unpacker.unconsumed_tail or file.read(_CHUNK_BYTES)
        if not chunk:
            break
        found += unpacker.decompress(chunk, wanted - len(found))
    return bytes(found)
