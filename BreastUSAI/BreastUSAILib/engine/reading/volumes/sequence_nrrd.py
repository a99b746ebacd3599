"""NRRD files with a list of frames, as Slicer's sequences (``.seq.nrrd``) and IGSIO (``.igs.nrrd``) write them.

ITK takes the list for the values of a pixel, so these files are read here.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...images.frames import LPS_TO_RAS, Frames, InputKind, SpacingSource
from ...images.plausible_spacing import plausible_spacing
from ..header_numbers import number
from ..limits import check_size, check_unpacked
from ..names import stem
from .detached_data import check_data_file
from .pixels_shown import read_all, shown
from .volume_header import VolumeHeader, damaged

_COLOR_KINDS = ("rgb-color", "rgba-color", "3-color", "4-color", "vector", "3-vector", "4-vector")
_LIST_KINDS = ("list",)
_UNKNOWN = 1.0
_MILLISECONDS, _SECONDS = ("ms", "msec", "millisecond", "milliseconds"), ("", "s", "sec", "second", "seconds")
_TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    "float": "f4",
    "double": "f8",
}


@dataclass(frozen=True)
class _Axes:
    """Which axis of the file is what: `listed` the frames, `color` the values of a pixel or None, `space` the rest."""

    listed: int
    color: int | None
    space: tuple[int, ...]


def is_list_of_frames(header: VolumeHeader) -> bool:
    """Whether one axis of an NRRD header is a list of frames rather than the values of a pixel."""
    return _axes(header) is not None


def read_sequence_nrrd(path: Path, header: VolumeHeader) -> Frames:
    """The frames of the list as a cine, with spacing, geometry and times as far as the header states them.

    Raises InputError, also where the list is one of volumes.
    """
    axes = _axes(header)
    assert axes is not None
    sizes = [header.sizes[axis] for axis in axes.space]
    columns, rows, slices = (*sizes, 1, 1, 1)[:3]
    count = header.sizes[axes.listed]
    if slices > 1:
        raise InputError(
            f"this is a series of {count} volumes", where=path, remedy="Export one time point as a volume of its own"
        )
    check_size(rows, columns, path)
    if axes.color is not None and header.sizes[axes.color] not in (1, 3, 4):
        raise InputError(
            f"{header.sizes[axes.color]} values a pixel are neither gray nor color",
            where=path,
            remedy="Export the frames with 1 (gray) or 3 (RGB) values a pixel",
        )
    pixels = _pixels(path, header, axes).reshape(count, rows, columns, -1)
    if pixels.shape[3] == 1:
        pixels = pixels[..., 0]
    vectors = _vectors(header, axes)
    lengths = [float(np.linalg.norm(vector)) for vector in vectors]
    spacing = None if lengths[:2] == [_UNKNOWN, _UNKNOWN] else plausible_spacing(lengths[1], lengths[0])
    return Frames(
        name=stem(path),
        kind=InputKind.CINE if count > 1 else InputKind.STILL,
        count=count,
        rows=rows,
        columns=columns,
        has_color=pixels.ndim == 4,
        read_frame=_reader(pixels, path),
        ijk_to_ras=_ijk_to_ras(header, vectors),
        pixel_spacing_mm=spacing,
        spacing_source=SpacingSource.NONE if spacing is None else SpacingSource.VOLUME_HEADER,
        frame_times_s=_times(header, axes, count) if count > 1 else None,
        source=str(path),
    )


def _axes(header: VolumeHeader) -> _Axes | None:
    kinds = [kind.lower() for kind in header.text("kinds").split()]
    if len(kinds) != len(header.sizes):
        return None
    listed = [axis for axis, kind in enumerate(kinds) if kind in _LIST_KINDS]
    if len(listed) != 1 or _is_color_by_list(header, listed[0]):
        return None
    color = [axis for axis, kind in enumerate(kinds) if kind in _COLOR_KINDS]
    space = tuple(axis for axis in range(len(kinds)) if axis not in (*listed, *color))
    if len(color) > 1 or not 2 <= len(space) <= 3:
        return None
    return _Axes(listed[0], color[0] if color else None, space)


def _is_color_by_list(header: VolumeHeader, axis: int) -> bool:
    """Old writers call the values of an RGB pixel a list too: three or four of them, first, and nothing of frames."""
    told = any(name.startswith(("Seq_Frame", "DataNodeClassName")) or " index " in name for name in header.values)
    return axis == 0 and header.sizes[0] in (3, 4) and not told


def _pixels(path: Path, header: VolumeHeader, axes: _Axes) -> NDArray:
    """``[frames, ...]`` with the space axes reversed and the values of a pixel last."""
    kind = _TYPES.get(header.text("type").lower())
    if kind is None:
        raise damaged(path)
    order = ">" if header.text("endian").lower() == "big" else "<"
    content = _content(path, header, math.prod(header.sizes) * int(kind[1]))
    stored = np.frombuffer(content, np.dtype(order + kind)).reshape(header.sizes[::-1])
    last = len(header.sizes) - 1
    places = [axes.listed, *reversed(axes.space), *([] if axes.color is None else [axes.color])]
    return np.ascontiguousarray(stored.transpose([last - axis for axis in places]))


def _content(path: Path, header: VolumeHeader, wanted: int) -> bytes:
    check_unpacked(wanted, path)
    encoding = header.text("encoding").lower()
    skips = [header.text(name) or "0" for name in ("line skip", "lineskip", "byte skip", "byteskip")]
    if len(header.data_files) > 1 or any(skip != "0" for skip in skips):
        raise _unsupported(path)
    place, offset = path, header.data_offset or 0
    if header.data_files:
        place, offset = check_data_file(path, header.data_files[0]), 0
    with place.open("rb") as file:
        file.seek(offset)
        if encoding == "raw":
            content = file.read(wanted)
        elif encoding in ("gz", "gzip"):
            content = read_all(file, zlib.decompressobj(zlib.MAX_WBITS | 32), wanted)
        else:
            raise _unsupported(path)
    if len(content) < wanted:
        raise InputError("the volume is damaged or cut short", where=path, remedy="Copy or export it again")
    return content


def _unsupported(path: Path) -> InputError:
    return InputError(
        "this list of frames is stored in a way that is not read",
        where=path,
        remedy="Save it as a single NRRD file, plain or gzip-compressed",
    )


def _reader(pixels: NDArray, path: Path) -> Callable[[int], NDArray]:
    def read_frame(index: int) -> NDArray:
        if not 0 <= index < len(pixels):
            raise InputError(f"frame {index} does not exist", where=path, remedy=f"Choose from 0 to {len(pixels) - 1}")
        return shown(pixels[index], path)

    return read_frame


def _vectors(header: VolumeHeader, axes: _Axes) -> list[NDArray[np.float64]]:
    """The step along each space axis as three numbers, in the header's space; 1 where it is not given."""
    found: list[NDArray[np.float64]] = list(np.eye(3))
    listed = re.findall(r"\([^)]*\)|none", header.text("space directions"))
    spacings = header.text("spacings").split()
    for place, axis in enumerate(axes.space):
        if len(listed) == len(header.sizes) and listed[axis] != "none":
            given = _vector(listed[axis])
            found[place] = found[place] if given is None else given
        elif len(spacings) == len(header.sizes):
            step = number(spacings[axis])
            if step:
                found[place] = found[place] * step
    return found


def _vector(text: str) -> NDArray[np.float64] | None:
    values = [number(word) for word in text.strip("()").split(",")]
    known = [value for value in values if value is not None]
    if len(known) != len(values) or len(known) not in (2, 3) or not any(known):
        return None
    return np.array([*known, 0.0][:3])


def _ijk_to_ras(header: VolumeHeader, vectors: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack(vectors, axis=1)
    origin = _vector(header.text("space origin"))
    if origin is not None:
        matrix[:3, 3] = origin
    space = header.text("space").lower()
    if space in ("ras", "right-anterior-superior"):
        return matrix
    return LPS_TO_RAS @ matrix


def _times(header: VolumeHeader, axes: _Axes, count: int) -> tuple[float, ...] | None:
    """IGSIO's stamp of every frame, else the index values of Slicer's sequence where they are times."""
    stamps = [number(header.values.get(f"Seq_Frame{index:04d}_Timestamp")) for index in range(count)]
    if any(stamp is None for stamp in stamps):
        stamps = _index_values(header, axes.listed)
    known = [stamp for stamp in stamps if stamp is not None]
    if len(known) != count or len(stamps) != count or any(after < before for before, after in pairwise(known)):
        return None
    return tuple(stamp - known[0] for stamp in known)


def _index_values(header: VolumeHeader, axis: int) -> list[float | None]:
    if header.text(f"axis {axis} index type").lower() not in ("", "numeric"):
        return []
    name, unit = (_quoted(header, field, axis).lower() for field in ("labels", "units"))
    if name not in ("", "time") or unit not in (*_SECONDS, *_MILLISECONDS):
        return []
    factor = 0.001 if unit in _MILLISECONDS else 1.0
    values = [number(word) for word in header.text(f"axis {axis} index values").split()]
    return [None if value is None else value * factor for value in values]


def _quoted(header: VolumeHeader, field: str, axis: int) -> str:
    """The text of one axis in a field of quoted texts."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"', header.text(field))
    return words[axis] if len(words) == len(header.sizes) else ""
