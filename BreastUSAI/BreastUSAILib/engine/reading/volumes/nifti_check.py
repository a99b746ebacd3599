"""What ITK does not tell of a NIfTI file: it fills missing voxels with zeros, and turns NaN into zero."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from ...errors import InputError
from .nifti_header import open_nifti
from .volume_header import VolumeHeader

_CHUNK_BYTES = 1 << 22  # a multiple of every sample size
_FLOATS = {"16": "f4", "64": "f8"}  # the header's data type codes


def check_nifti(header: VolumeHeader, path: Path, voxel_bytes: int) -> None:
    """Raises InputError where voxels are missing or no numbers.

    Args:
        header: as `read_nifti_header` gives it.
        path: the file.
        voxel_bytes: how many bytes of voxels its header promises.
    """
    kind = _FLOATS.get(header.text("datatype"))
    try:
        with open_nifti(path) as file:
            file.seek(header.data_offset or 0)
            left = voxel_bytes
            while left > 0:
                chunk = file.read(min(left, _CHUNK_BYTES))
                if not chunk:
                    raise _cut_short(path)
                left -= len(chunk)
                if kind is not None and not _finite(chunk, header.text("order") + kind):
                    raise InputError(
                        "the volume holds values that are not numbers",
                        where=path,
                        remedy="Replace NaN and infinite values by 0 and save it again",
                    )
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _cut_short(path) from error


def _cut_short(path: Path) -> InputError:
    return InputError("the volume is damaged or cut short", where=path, remedy="Copy or export it again")


def _finite(chunk: bytes, kind: str) -> bool:
    whole = len(chunk) // int(kind[-1]) * int(kind[-1])
    return bool(np.isfinite(np.frombuffer(chunk[:whole], kind)).all())
