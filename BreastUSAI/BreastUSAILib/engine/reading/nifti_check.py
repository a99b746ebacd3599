"""What ITK does not tell of a NIfTI file: it fills missing voxels with zeros, and turns NaN into zero."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

_CHUNK_BYTES = 1 << 22  # a multiple of every sample size
_FLOATS = {16: "f4", 64: "f8"}  # the header's data type codes


def nifti_problem(path: Path, voxel_bytes: int) -> str | None:
    """What is wrong with the voxels of a ``.nii`` or ``.nii.gz`` file, or None.

    Args:
        path: a NIfTI-1 or NIfTI-2 file in one part.
        voxel_bytes: how many bytes of voxels its header promises.
    """
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rb") as file:
            header = file.read(544)
            order, code, offset = _layout(header)
            file.seek(offset)
            left = voxel_bytes
            while left > 0:
                chunk = file.read(min(left, _CHUNK_BYTES))
                if not chunk:
                    return "the volume is cut short"
                left -= len(chunk)
                if code in _FLOATS and not _finite(chunk, order + _FLOATS[code]):
                    return "the volume holds values that are no numbers"
    except (EOFError, zlib.error, gzip.BadGzipFile, struct.error):
        return "the volume is damaged or cut short"
    return None


def _finite(chunk: bytes, kind: str) -> bool:
    whole = len(chunk) // int(kind[-1]) * int(kind[-1])
    return bool(np.isfinite(np.frombuffer(chunk[:whole], kind)).all())


def _layout(header: bytes) -> tuple[str, int, int]:
    """Byte order, data type code and offset of the first voxel."""
    for order in "<>":
        (size,) = struct.unpack_from(f"{order}i", header)
        if size == 348:
            (code,), (offset,) = (
                struct.unpack_from(f"{order}h", header, 70),
                struct.unpack_from(f"{order}f", header, 108),
            )
            return order, code, int(offset)
        if size == 540:
            (code,), (offset,) = (
                struct.unpack_from(f"{order}h", header, 12),
                struct.unpack_from(f"{order}q", header, 168),
            )
            return order, code, offset
    raise struct.error("no NIfTI header")
