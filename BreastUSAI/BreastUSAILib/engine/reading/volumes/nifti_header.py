"""The header of a NIfTI-1 or NIfTI-2 file in one part, plain or gzip-compressed."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from .volume_header import VolumeHeader, damaged

_DIMENSIONS = 7
_FARTHEST_OFFSET = 1 << 31


def open_nifti(path: Path) -> BinaryIO:
    """The file's content, unpacked while it is read. Raises OSError."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb") if packed else path.open("rb"))


def read_nifti_header(path: Path) -> VolumeHeader:
    """Sizes, data type (`datatype`), byte order (`order`) and `data_offset`. Raises InputError and OSError."""
    try:
        with open_nifti(path) as file:
            content = file.read(544)
        order, code, offset, bits, dimensions = _fields(content)
    except (EOFError, zlib.error, gzip.BadGzipFile, struct.error) as error:
        raise damaged(path) from error
    count = dimensions[0]
    if not 1 <= count <= _DIMENSIONS or not math.isfinite(offset) or not 0 <= offset < _FARTHEST_OFFSET:
        raise damaged(path)
    sizes = [size or 1 for size in dimensions[1 : count + 1]]  # some write 0 for an axis that is not used
    while len(sizes) > 1 and sizes[-1] == 1:
        sizes.pop()
    return VolumeHeader(
        "NiftiImageIO",
        tuple(sizes),
        max(bits // 8, 1),
        {"datatype": str(code), "order": order},
        data_offset=int(offset),
    )


def _fields(content: bytes) -> tuple[str, int, float, int, tuple[int, ...]]:
    """Byte order, data type code, offset of the first voxel, bits of a voxel, and the eight numbers of ``dim``."""
    for order in "<>":
        (size,) = struct.unpack_from(f"{order}i", content)
        if size == 348:
            (code, bits), (offset,) = (
                struct.unpack_from(f"{order}hh", content, 70),
                struct.unpack_from(f"{order}f", content, 108),
            )
            return order, code, offset, bits, struct.unpack_from(f"{order}8h", content, 40)
        if size == 540:
            (code, bits), (offset,) = (
                struct.unpack_from(f"{order}hh", content, 12),
                struct.unpack_from(f"{order}q", content, 168),
            )
            return order, code, float(offset), bits, struct.unpack_from(f"{order}8q", content, 16)
    raise struct.error("no NIfTI header")
