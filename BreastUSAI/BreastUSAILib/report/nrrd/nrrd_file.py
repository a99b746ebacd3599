"""NRRD volumes written slice by slice, so that a long cine never sits in memory.

The format: https://teem.sourceforge.net/nrrd/format.html
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...engine.findings.analysis import Analysis
from ...engine.images.frames import LPS_TO_RAS, Frames
from ..atomic import atomic_file

FRAMES_KEY = "BreastUSAI.Frames"

_TYPES = {"uint8": "unsigned char", "uint16": "unsigned short", "float32": "float"}
_FASTEST = 1  # gzip level: heat maps hardly shrink further, and a cine has hundreds of megabytes of them


def analyzed_slab(analysis: Analysis) -> range:
    """The frames that the maps cover as slices: from the first analyzed frame to the last, without a gap."""
    return range(analysis.maps.frames[0], analysis.maps.frames[-1] + 1)


def slab_to_ras(frames: Frames, slab: range) -> NDArray[np.float64]:
    """``[4, 4]`` matrix from (column, row, slice) of the slab to RAS in mm: the input's, moved to its first."""
    matrix = np.array(frames.ijk_to_ras, dtype=np.float64)
    matrix[:3, 3] += slab.start * matrix[:3, 2]
    return matrix


def write_nrrd(
    path: Path,
    slices: Iterable[NDArray],
    *,
    shape: tuple[int, int, int],
    dtype: type[np.generic],
    ijk_to_ras: NDArray[np.float64],
    fields: Mapping[str, str],
) -> None:
    """Write a gzip-compressed NRRD in left-posterior-superior space, voxels in the order column, row, slice.

    Args:
        path: the file to write; it appears whole or not at all.
        slices: the slices ``[rows, columns]`` in order, drawn one at a time.
        shape: (slices, rows, columns).
        dtype: uint8, uint16 or float32.
        ijk_to_ras: ``[4, 4]`` in mm.
        fields: key/value pairs to store in the header.

    Raises:
        OutputError: where the file cannot be written.
    """
    header = _header(shape, dtype, ijk_to_ras, fields)
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        file.write(header.encode("utf-8"))
        with gzip.GzipFile(filename="", mode="wb", compresslevel=_FASTEST, fileobj=file, mtime=0) as body:
            for pixels in slices:
                body.write(np.ascontiguousarray(pixels, dtype=np.dtype(dtype).newbyteorder("<")).data)


def _header(
    shape: tuple[int, int, int], dtype: type[np.generic], ijk_to_ras: NDArray[np.float64], fields: Mapping[str, str]
) -> str:
    ijk_to_lps = LPS_TO_RAS @ ijk_to_ras
    count, rows, columns = shape
    lines = [
        "NRRD0004",
        f"type: {_TYPES[np.dtype(dtype).name]}",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {columns} {rows} {count}",
        "space directions: " + " ".join(_vector(ijk_to_lps[:3, axis]) for axis in range(3)),
        "kinds: domain domain domain",
        "endian: little",
        "encoding: gzip",
        f"space origin: {_vector(ijk_to_lps[:3, 3])}",
        *(f"{key}:={value}" for key, value in fields.items()),
    ]
    return "\n".join(lines) + "\n\n"


def _vector(values: NDArray[np.float64]) -> str:
    # adding 0.0 turns -0.0 into 0.0
    return "(" + ",".join(repr(float(value) + 0.0) for value in values) + ")"
