"""NRRD, NIfTI and MetaImage files to frames, with SimpleITK."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import InputError
from ...images.frames import LPS_TO_RAS, Frames, InputKind, SpacingSource
from ...images.plausible_spacing import plausible_length, plausible_spacing
from ..header_numbers import number
from ..limits import check_size, check_unpacked
from ..names import stem
from ..tiff_check import check_tiff
from .detached_data import check_data_file
from .itk_file import itk_reader
from .meta_header import looks_like_meta_image, read_meta_header
from .nifti_check import check_nifti
from .nifti_header import read_nifti_header
from .nrrd_header import MAGIC, read_nrrd_header
from .pixels_shown import shown
from .sequence_nrrd import is_list_of_frames, read_sequence_nrrd
from .volume_header import VolumeHeader, check_sizes, damaged

_STREAM_ABOVE_BYTES = 64_000_000
_UNKNOWN = 1.0
"""What file formats and ITK put where nobody gave a spacing."""


@dataclass(frozen=True)
class _Header:
    """Geometry and layout of one file as ITK has them; `size` is (columns, rows, slices, times), in-file order.

    `stated` is the header as it was read before.
    """

    path: Path
    stated: VolumeHeader
    size: tuple[int, int, int, int]
    dimensions: int
    spacing: tuple[float, ...]
    ijk_to_ras: NDArray[np.float64]
    components: int
    bytes_in_all: int

    @property
    def is_tracked_cine(self) -> bool:
        """Whether the third axis is time: an IGSIO image sequence has a status or time of more than its first frame.

        Volumes that were put together from tracked frames keep those of one.
        """
        later = [key for key in self.stated.values if key.startswith("Seq_Frame") and not _of_first_frame(key)]
        return self.size[2] > 1 and bool(later)


def _of_first_frame(key: str) -> bool:
    return key[len("Seq_Frame") :].partition("_")[0].strip("0") == ""


def is_volume_file(path: Path) -> bool:
    """Whether the file begins like an NRRD or MetaImage file. Raises OSError."""
    with path.open("rb") as file:
        begin = file.read(16)
    return begin.startswith(MAGIC) or looks_like_meta_image(begin)


def read_volume_file(path: Path) -> Frames:
    """A volume file as a volume; as a still where it has one slice; as a cine where its frames follow in time.

    Frames are the slices along the file's third axis, the time points of a four-dimensional file with one slice, or
    the items of an NRRD's list. Samples of 8 bits stay uint8, unsigned 16 bits uint16, all others become float32. The
    in-plane spacing is the header's without its sign, which ITK makes a direction, or None where it is 1 on both axes,
    and the slices' is None where it is 1: file formats put 1 where nobody gave one. `ijk_to_ras` is the file's own
    geometry, turned from LPS to RAS. Raises InputError.
    """
    stated = _stated_header(path)
    if stated.image_io == "NrrdImageIO" and is_list_of_frames(stated):
        return read_sequence_nrrd(path, stated)
    return _frames(_itk_header(path, stated))


def _frames(header: _Header) -> Frames:
    path, (columns, rows, slices, times) = header.path, header.size
    check_size(rows, columns, path)
    _check_layout(header)
    if header.stated.image_io == "NiftiImageIO":
        check_nifti(header.stated, path, math.prod(header.stated.sizes) * header.stated.sample_bytes)
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
        has_color=pixels.read_frame(0).ndim == 3,
        read_frame=pixels.read_frame,
        ijk_to_ras=header.ijk_to_ras,
        pixel_spacing_mm=spacing,
        spacing_source=SpacingSource.NONE if spacing is None else SpacingSource.VOLUME_HEADER,
        frame_times_s=_times(header, count) if in_time else None,
        source=str(path),
        slice_spacing_mm=None if in_time or count == 1 else _slice_spacing(header),
    )


def _stated_header(path: Path) -> VolumeHeader:
    """The header, checked for what ITK must not see. Raises InputError."""
    with path.open("rb") as file:
        begin = file.read(16)
    if begin.startswith(MAGIC):
        header = read_nrrd_header(path)
    elif looks_like_meta_image(begin):
        header = read_meta_header(path)
    elif begin.startswith((b"II", b"MM")):
        check_tiff(path)
        return VolumeHeader("TIFFImageIO", (1, 1), 1)
    else:
        header = read_nifti_header(path)
    for name in header.data_files:
        check_data_file(path, name)
    check_sizes(header, path, _may_be_streamed(header))
    return header


def itk_ijk_to_ras(path: Path) -> NDArray[np.float64]:
    """``[4, 4]`` geometry of any picture that ITK reads, as Slicer's volume reader takes it over. Raises InputError."""
    return _itk_header(path, None).ijk_to_ras


def _itk_header(path: Path, stated: VolumeHeader | None) -> _Header:
    import SimpleITK as sitk  # here: what reads DICOM alone need not load it

    stated = stated or VolumeHeader("", (1, 1), 1)
    with itk_reader(path, stated.image_io or None, stated.data_files) as reader:
        try:
            reader.ReadImageInformation()
        except (RuntimeError, TypeError, UnicodeError) as error:
            raise damaged(path) from error
        size, components = reader.GetSize(), reader.GetNumberOfComponents()
        # ITK turns the sign of a spacing into a direction, but only when it reads the pixels.
        spacing = tuple(abs(step) for step in reader.GetSpacing())
        matrix = _ras(reader.GetSpacing(), reader.GetOrigin(), reader.GetDirection())
        pixel_bytes = sitk.Image([1, 1], reader.GetPixelID(), components).GetSizeOfPixelComponent()
    columns, rows, slices, times = (*size, 1, 1, 1, 1)[:4]
    return _Header(
        path=path,
        stated=stated,
        size=(columns, rows, slices, times),
        dimensions=len(size),
        spacing=spacing,
        ijk_to_ras=matrix,
        components=components,
        bytes_in_all=math.prod(size) * pixel_bytes * components,
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
    where, (*_, slices, times) = header.path, header.size
    if header.components not in (1, 3, 4):
        raise InputError(
            f"{header.components} values a pixel are neither gray nor color",
            where=where,
            remedy="Export the volume with 1 (gray) or 3 (RGB) values a pixel",
        )
    if header.dimensions > 4 or (slices > 1 and times > 1):
        raise InputError(
            f"this is a series of {times} volumes", where=where, remedy="Export one time point as a volume of its own"
        )
    if not _may_be_streamed(header.stated):
        check_unpacked(header.bytes_in_all, where)


def _may_be_streamed(stated: VolumeHeader) -> bool:
    """Whether ITK reads single slices of it: uncompressed MetaImage alone."""
    return stated.image_io == "MetaImageIO" and stated.text("CompressedData").lower() != "true"


def _times(header: _Header, count: int) -> tuple[float, ...] | None:
    """IGSIO time stamps, else the step of the time axis where it is more than ITK's stand-in."""
    stamps = [number(header.stated.values.get(f"Seq_Frame{index:04d}_Timestamp")) for index in range(count)]
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
        self._whole: NDArray | None = None
        if header.bytes_in_all <= _STREAM_ABOVE_BYTES or not _may_be_streamed(header.stated):
            self._whole = self._read(None)

    def read_frame(self, index: int) -> NDArray:
        """uint8 RGB ``[H, W, 3]``, or gray ``[H, W]`` of uint8, uint16 or float32. Raises InputError."""
        if not 0 <= index < self._count:
            raise InputError(
                f"slice {index} does not exist", where=self._header.path, remedy=f"Choose from 0 to {self._count - 1}"
            )
        return shown(self._read(index)[0] if self._whole is None else self._whole[index], self._header.path)

    def _read(self, index: int | None) -> NDArray:
        """``[T, H, W]`` or ``[T, H, W, C]``: one slice, or all of them."""
        import SimpleITK as sitk

        header = self._header
        with itk_reader(header.path, header.stated.image_io, header.stated.data_files) as reader:
            if index is not None:
                axis = 3 if header.size[3] > 1 else 2
                size = list(header.size[: header.dimensions])
                size[axis] = 1
                reader.SetExtractSize(size)
                reader.SetExtractIndex([index if place == axis else 0 for place in range(header.dimensions)])
            try:
                values = sitk.GetArrayFromImage(reader.Execute())
            except (RuntimeError, MemoryError) as error:
                raise damaged(header.path) from error
        tail = (header.size[1], header.size[0], *((header.components,) if header.components > 1 else ()))
        frames = values.reshape(-1, *tail)
        if index is None:
            for frame in frames if frames.dtype.kind == "f" else ():
                shown(frame, header.path)
        return frames
