"""NRRD, NIfTI and MetaImage files to frames, with SimpleITK."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..frames import Frames, InputKind, SpacingSource
from ..plausible_spacing import plausible_length, plausible_spacing
from .dicom_geometry import LPS_TO_RAS
from .header_numbers import number
from .limits import MAX_VOXELS, check_size
from .names import stem
from .nifti_check import nifti_problem

_STREAMED = (".mha", ".mhd")
_STREAM_ABOVE_BYTES = 64_000_000
_UNKNOWN = 1.0
"""What file formats and ITK put where nobody gave a spacing."""


@dataclass(frozen=True)
class _Header:
    """Geometry and layout of one file; `size` is (columns, rows, slices, times), in-file order."""

    path: Path
    size: tuple[int, int, int, int]
    dimensions: int
    spacing: tuple[float, ...]
    ijk_to_ras: NDArray[np.float64]
    components: int
    bytes_in_all: int
    metadata: dict[str, str]

    @property
    def is_tracked_cine(self) -> bool:
        """Whether the third axis is time: an IGSIO image sequence carries a status or time for every frame."""
        return any(key.startswith("Seq_Frame") for key in self.metadata) and self.size[2] > 1


def read_volume_file(path: Path) -> Frames:
    """A volume file as a volume; as a still where it has one slice; as a cine where its frames follow in time.

    Frames are the slices along the file's third axis, or the time points of a four-dimensional file with one slice.
    Samples of 8 bits stay uint8, unsigned 16 bits uint16, all others become float32. The in-plane spacing is the
    header's, or None where it is 1 on both axes, and the slices' is None where it is 1: file formats put 1 where nobody
    gave one. `ijk_to_ras` is the file's own geometry, turned from LPS to RAS. Raises InputError.
    """
    header = _read_header(path)
    columns, rows, slices, times = header.size
    check_size(rows, columns, path)
    _check_layout(header)
    if path.name.lower().endswith((".nii", ".nii.gz")):
        _check_nifti(header)
    pixels = _Slices(header)
    in_time = times > 1 or header.is_tracked_cine
    count = max(slices, times)
    spacing = None
    if header.spacing[:2] != (_UNKNOWN, _UNKNOWN):
        spacing = plausible_spacing(header.spacing[1], header.spacing[0])
    return Frames(
        name=stem(path),
        kind=InputKind.STILL if count == 1 else InputKind.CINE if in_time else InputKind.VOLUME,
        count=count,
        rows=rows,
        columns=columns,
        has_colour=pixels.read_frame(0).ndim == 3,
        read_frame=pixels.read_frame,
        ijk_to_ras=header.ijk_to_ras,
        pixel_spacing_mm=spacing,
        spacing_source=SpacingSource.NONE if spacing is None else SpacingSource.VOLUME_HEADER,
        frame_times_s=_times(header, count) if in_time else None,
        source=str(path),
        slice_spacing_mm=None if in_time or count == 1 else _slice_spacing(header),
    )


def itk_ijk_to_ras(path: Path) -> NDArray[np.float64]:
    """``[4, 4]`` geometry of any file that ITK reads, as Slicer's volume reader takes it over. Raises InputError."""
    return _read_header(path).ijk_to_ras


def _read_header(path: Path) -> _Header:
    import SimpleITK as sitk  # here: what reads DICOM alone need not load it

    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        with _quiet():
            reader.ReadImageInformation()
        metadata = {key: reader.GetMetaData(key) for key in reader.GetMetaDataKeys()}
    except (RuntimeError, TypeError, UnicodeError) as error:
        raise _unreadable(path) from error
    size, spacing = reader.GetSize(), reader.GetSpacing()
    columns, rows, slices, times = (*size, 1, 1, 1, 1)[:4]
    pixel_bytes = sitk.Image([1, 1], reader.GetPixelID(), reader.GetNumberOfComponents())
    return _Header(
        path=path,
        size=(columns, rows, slices, times),
        dimensions=len(size),
        spacing=tuple(spacing),
        ijk_to_ras=_ras(spacing, reader.GetOrigin(), reader.GetDirection()),
        components=reader.GetNumberOfComponents(),
        bytes_in_all=math.prod(size) * pixel_bytes.GetSizeOfPixelComponent() * reader.GetNumberOfComponents(),
        metadata=metadata,
    )


def _ras(spacing: tuple[float, ...], origin: tuple[float, ...], direction: tuple[float, ...]) -> NDArray[np.float64]:
    dimensions = len(spacing)
    used = min(dimensions, 3)
    matrix = np.eye(4)
    axes = np.array(direction).reshape(dimensions, dimensions)
    matrix[:used, :used] = axes[:used, :used] * np.array(spacing[:used])
    matrix[:used, 3] = origin[:used]
    return LPS_TO_RAS @ matrix


def _slice_spacing(header: _Header) -> float | None:
    """The third axis's spacing in mm, or None where it is 1: nobody may have given one."""
    return None if header.spacing[2] == _UNKNOWN else plausible_length(header.spacing[2])


def _check_layout(header: _Header) -> None:
    where, (columns, rows, slices, times) = header.path, header.size
    if header.components not in (1, 3, 4):
        raise InputError(
            f"{header.components} values a pixel are neither grey nor colour",
            where=where,
            remedy="Export the volume with 1 (grey) or 3 (RGB) values a pixel",
        )
    if header.dimensions > 4 or (slices > 1 and times > 1):
        raise InputError(
            f"this is a series of {times} volumes", where=where, remedy="Export one time point as a volume of its own"
        )
    if not 0 < columns * rows * slices * times <= MAX_VOXELS:
        raise InputError(
            f"{columns} x {rows} x {slices} x {times} voxels cannot be read",
            where=where,
            remedy=f"Give a volume of at most {MAX_VOXELS // 10**9} thousand million voxels",
        )


def _check_nifti(header: _Header) -> None:
    stored_bytes = int(header.metadata["bitpix"]) // 8  # a scaled file's samples are smaller than ITK's
    problem = nifti_problem(header.path, math.prod(header.size) * stored_bytes)
    if problem is not None:
        raise InputError(problem, where=header.path, remedy="Replace what is no number by 0, or export it again")


def _times(header: _Header, count: int) -> tuple[float, ...] | None:
    """IGSIO time stamps, else the step of the time axis where it is more than ITK's stand-in."""
    stamps = [number(header.metadata.get(f"Seq_Frame{index:04d}_Timestamp")) for index in range(count)]
    known = [stamp for stamp in stamps if stamp is not None]
    if len(known) == count and known == sorted(known):
        return tuple(stamp - known[0] for stamp in known)
    if header.dimensions == 4 and header.spacing[3] != _UNKNOWN and header.spacing[3] > 0:
        return tuple(index * header.spacing[3] for index in range(count))
    return None


class _Slices:
    """Slices of one volume file: streamed from large MetaImage files, else from the whole volume, read once."""

    def __init__(self, header: _Header) -> None:
        self._header = header
        self._count = max(header.size[2:])
        large = header.bytes_in_all > _STREAM_ABOVE_BYTES
        packed = header.metadata.get("CompressedData", "").lower() == "true"
        self._streamed = large and header.path.suffix.lower() in _STREAMED and not packed
        self._whole: NDArray | None = None
        if not self._streamed:
            self._whole = self._read(None)

    def read_frame(self, index: int) -> NDArray:
        """uint8 RGB ``[H, W, 3]``, or grey ``[H, W]`` of uint8, uint16 or float32. Raises InputError."""
        if not 0 <= index < self._count:
            raise InputError(
                f"slice {index} does not exist", where=self._header.path, remedy=f"Choose from 0 to {self._count - 1}"
            )
        if self._whole is not None:
            return _display(self._whole[index])
        return _display(self._read(index)[0])

    def _read(self, index: int | None) -> NDArray:
        """``[T, H, W]`` or ``[T, H, W, C]``: one slice, or all of them."""
        import SimpleITK as sitk

        header = self._header
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(header.path))
        if index is not None:
            axis = 3 if header.size[3] > 1 else 2
            size = list(header.size[: header.dimensions])
            size[axis] = 1
            reader.SetExtractSize(size)
            reader.SetExtractIndex([index if place == axis else 0 for place in range(header.dimensions)])
        try:
            with _quiet():
                values = sitk.GetArrayFromImage(reader.Execute())
        except (RuntimeError, MemoryError) as error:
            raise _unreadable(header.path) from error
        tail = (header.size[1], header.size[0], *((header.components,) if header.components > 1 else ()))
        frames = values.reshape(-1, *tail)
        if frames.dtype.kind == "f" and not all(np.isfinite(frame).all() for frame in frames):
            raise InputError(
                "the volume holds values that are no numbers",
                where=header.path,
                remedy="Replace NaN and infinite values by 0 and save it again",
            )
        return frames


@contextmanager
def _quiet() -> Iterator[None]:
    """ITK's readers write to the process's own stderr before they raise; the error alone is to be heard."""
    try:
        kept = os.dup(2)
    except OSError:  # a process without a stderr
        yield
        return
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)


def _display(values: NDArray) -> NDArray:
    if values.ndim == 3:
        colour = values[..., :3]
        if colour.dtype == np.uint16:
            colour = colour >> 8
        return np.clip(colour, 0, 255).astype(np.uint8)
    if values.dtype in (np.uint8, np.uint16):
        return values.copy()
    return values.astype(np.float32)


def _unreadable(path: Path) -> InputError:
    return InputError(
        "the volume is damaged, cut short or of an unknown kind",
        where=path,
        remedy="Export it again as NRRD, NIfTI or MHA",
    )
