"""Ultrasound frames as the engine sees them, whatever they were read from. Needs numpy alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..flags import Flag

LUMINANCE_WEIGHTS = (0.299, 0.587, 0.114)  # ITU-R BT.601, as DICOM PS3.3 C.7.6.3.1.2 uses for YBR_FULL
LPS_TO_RAS: NDArray[np.float64] = np.diag([-1.0, -1.0, 1.0, 1.0])
"""From DICOM's and ITK's axes to Slicer's, and back again: it is its own inverse. Not to be changed."""


class InputKind(str, Enum):
    """How the frames of one input belong together."""

    STILL = "still"
    CINE = "cine"
    VOLUME = "volume"


class SpacingSource(str, Enum):
    """Where a pixel spacing came from. `OTHER`: from what a later version knows, in a document that is read."""

    ULTRASOUND_REGION = "ultrasound_region"
    PIXEL_SPACING = "pixel_spacing"
    IMAGER_PIXEL_SPACING = "imager_pixel_spacing"
    SPACING_BETWEEN_SLICES = "spacing_between_slices"
    VOLUME_HEADER = "volume_header"
    MANUAL = "manual"
    NONE = "none"
    OTHER = "other"


class RegionContent(str, Enum):
    """What an ultrasound region shows (DICOM PS3.3 C.8.5.5.1.1, C.8.5.5.1.2)."""

    TISSUE = "tissue"
    COLOR_FLOW = "colour_flow"
    SPECTRAL_DOPPLER = "spectral_doppler"
    M_MODE = "m_mode"
    GRAPHICS = "graphics"
    OTHER = "other"


@dataclass(frozen=True)
class Rectangle:
    """A pixel rectangle: left column, top row, width and height, all in whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def around(cls, pixels: NDArray) -> Rectangle:
        """The smallest around every pixel of ``[H, W]`` that is not 0 (or False); of no size where there is none."""
        rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
        if not rows.size:
            return cls(0, 0, 0, 0)
        left, top = int(columns[0]), int(rows[0])
        return cls(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Row and column slices that cut this rectangle out of an ``[H, W, ...]`` array."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    @property
    def area(self) -> int:
        """Number of pixels inside."""
        return self.width * self.height

    def cuts(self, box: tuple[int, int, int, int]) -> bool:
        """Whether a (left, top, width, height) reaches its left, right or lower edge: it may go on beyond.

        At the upper edge of a scan area lies the skin, where nothing is cut.
        """
        left, top, width, height = box
        return left <= self.x or left + width >= self.x + self.width or top + height >= self.y + self.height

    def clipped(self, rows: int, columns: int) -> Rectangle | None:
        """The part inside an image of that size, or None where nothing is left."""
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.width, columns), min(self.y + self.height, rows)
        if right <= left or bottom <= top:
            return None
        return Rectangle(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Region:
    """One item of ``SequenceOfUltrasoundRegions`` (0018,6011), clipped to the image.

    ``pixel_spacing_mm`` is (row, column) in mm, or None where the region has no usable length unit.
    """

    rectangle: Rectangle
    content: RegionContent
    pixel_spacing_mm: tuple[float, float] | None = None


@dataclass(frozen=True)
class SourceIdentity:
    """Who this input is, as unique identifiers only: never a patient's name, number or birth date."""

    modality: str | None = None
    sop_class_uid: str | None = None
    sop_instance_uid: str | None = None
    series_instance_uid: str | None = None
    study_instance_uid: str | None = None
    frame_of_reference_uid: str | None = None
    laterality: str | None = None


@dataclass(frozen=True)
class Frames:
    """One still, cine or volume, with its frames read one at a time.

    Args:
        name: a short name to show and to call nodes and folders by (the file's stem, or the node's name).
        kind: still, cine or volume.
        count: number of frames, at least 1.
        rows: height of every frame in pixels.
        columns: width of every frame in pixels.
        has_color: whether `read_frame` gives ``[H, W, 3]``.
        read_frame: frame index -> the frame as stored for display: uint8 RGB ``[H, W, 3]``, or uint8 /
            uint16 / float32 gray ``[H, W]``, brighter meaning more echo. Raises InputError.
        ijk_to_ras: ``[4, 4]`` matrix that Slicer's own loader would give the volume node, in mm
            (1 mm a pixel where that loader does not know better: it is not a measurement).
        pixel_spacing_mm: (row, column) in mm, or None where unknown. Never 1.0 as a stand-in.
        spacing_source: where the spacing came from.
        frame_times_s: start of every frame in seconds from the first, or None where unknown.
        regions: every ultrasound region of the file, in file order.
        region: the one to analyze, or None where the file names none.
        identity: unique identifiers of the source.
        source: the file or folder it was read from, for error messages only.
        slice_spacing_mm: distance between the centers of neighboring slices of a volume, or None where unknown and
            for a still or cine. Never 1.0 as a stand-in.
        remarks: what reading it showed that the reader of a result must know.
        files: the file of each frame where each has its own, as the slices of a series have; else empty.
        file_frames: the index that each frame has in its file, where the file's frames are chosen or put in order;
            else empty.
    """

    name: str
    kind: InputKind
    count: int
    rows: int
    columns: int
    has_color: bool
    read_frame: Callable[[int], NDArray]
    ijk_to_ras: NDArray[np.float64] = field(default_factory=LPS_TO_RAS.copy)
    pixel_spacing_mm: tuple[float, float] | None = None
    spacing_source: SpacingSource = SpacingSource.NONE
    frame_times_s: tuple[float, ...] | None = None
    regions: tuple[Region, ...] = ()
    region: Region | None = None
    identity: SourceIdentity = SourceIdentity()
    source: str | None = None
    slice_spacing_mm: float | None = None
    remarks: tuple[Flag, ...] = ()
    files: tuple[str, ...] = ()
    file_frames: tuple[int, ...] = ()

    def gray(self, index: int) -> NDArray:
        """Frame `index` as luminance ``[H, W]``; uint8 stays uint8."""
        return luminance(self.read_frame(index))

    def time_s(self, index: int) -> float | None:
        """Start of frame `index` in seconds from the first, or None where unknown."""
        return None if self.frame_times_s is None else self.frame_times_s[index]


def luminance(pixels: NDArray) -> NDArray:
    """Gray ``[..., H, W]`` of an RGB ``[..., H, W, 3]`` array (BT.601); a gray array is returned as it is."""
    if pixels.ndim == 2 or pixels.shape[-1] != 3:
        return pixels
    gray = pixels @ np.asarray(LUMINANCE_WEIGHTS, dtype=np.float32)
    return np.rint(gray).astype(np.uint8) if pixels.dtype == np.uint8 else gray
