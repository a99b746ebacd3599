"""Transducer geometries: where the scan lines lie, and how the picture is scan-converted from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

RANGE_STEP_MM = 0.05
LINE_STEP_MM = 0.12
SIDE_LOBE_MARGIN_MM = 3.0


class BeamGrid(NamedTuple):
    """Sample positions of the scan lines, arrays ``[range, line]``; lines run past the picture's edges on both sides.

    `x_mm` (from the middle of the probe) and `z_mm` (depth below its foremost point) are where the samples lie,
    `range_mm` ``[range]`` is the distance along a line, `pitch_mm` ``[range]`` the distance between two lines.
    """

    x_mm: NDArray[np.float32]
    z_mm: NDArray[np.float32]
    range_mm: NDArray[np.float32]
    pitch_mm: NDArray[np.float32]


class Probe(Protocol):
    """What the simulation asks of a transducer. Lateral position is in mm along the probe's face."""

    @property
    def face_mm(self) -> float:
        """Length of the probe's face."""

    def extent_mm(self, depth_mm: float) -> tuple[float, float]:
        """(height, width) of the picture."""

    def to_tissue(self, range_mm: NDArray, lateral_mm: NDArray) -> tuple[NDArray, NDArray]:
        """(x, z) in mm of points given along the scan lines."""

    def to_beam(self, x_mm: NDArray, z_mm: NDArray) -> tuple[NDArray, NDArray]:
        """(range, lateral) in mm of points in the tissue."""

    def spread(self, range_mm: NDArray) -> NDArray:
        """Distance between two scan lines relative to that at the face."""


@dataclass(frozen=True)
class LinearProbe:
    """A linear array: parallel lines, a rectangular picture. `face_mm` is its width."""

    face_mm: float = 38.0

    def extent_mm(self, depth_mm: float) -> tuple[float, float]:
        """(height, width) of the picture in mm."""
        return depth_mm, self.face_mm

    def to_tissue(self, range_mm: NDArray, lateral_mm: NDArray) -> tuple[NDArray, NDArray]:
        """(x, z) in mm: the lines run straight down."""
        return lateral_mm, range_mm

    def to_beam(self, x_mm: NDArray, z_mm: NDArray) -> tuple[NDArray, NDArray]:
        """(range, lateral) in mm."""
        return z_mm, x_mm

    def spread(self, range_mm: NDArray) -> NDArray:
        """1 at every depth."""
        return np.ones_like(range_mm)


@dataclass(frozen=True)
class CurvedProbe:
    """A convex array: lines fan out from a face of the given radius over the given full angle."""

    radius_mm: float = 45.0
    angle_deg: float = 58.0

    @property
    def face_mm(self) -> float:
        """Length of the arc."""
        return self.radius_mm * float(np.deg2rad(self.angle_deg))

    def extent_mm(self, depth_mm: float) -> tuple[float, float]:
        """(height, width) of the box round the fan in mm."""
        half = np.deg2rad(self.angle_deg / 2)
        return (
            float(self.radius_mm * (1 - np.cos(half)) + depth_mm),
            float(2 * (self.radius_mm + depth_mm) * np.sin(half)),
        )

    def to_tissue(self, range_mm: NDArray, lateral_mm: NDArray) -> tuple[NDArray, NDArray]:
        """(x, z) in mm; z counts from the lowest point of the face, so the fan's shoulders lie at negative z."""
        angle = lateral_mm / self.radius_mm
        reach = self.radius_mm + range_mm
        return reach * np.sin(angle), reach * np.cos(angle) - self.radius_mm

    def to_beam(self, x_mm: NDArray, z_mm: NDArray) -> tuple[NDArray, NDArray]:
        """(range, lateral along the face) in mm."""
        below_apex = z_mm + self.radius_mm
        return np.hypot(x_mm, below_apex) - self.radius_mm, np.arctan2(x_mm, below_apex) * self.radius_mm

    def spread(self, range_mm: NDArray) -> NDArray:
        """Grows with the distance from the center of curvature."""
        return 1 + range_mm / self.radius_mm


def beam_grid(probe: Probe, depth_mm: float) -> BeamGrid:
    """Sample positions for a picture of that depth."""
    ranges = (np.arange(round(depth_mm / RANGE_STEP_MM) + 2) * RANGE_STEP_MM).astype(np.float32)
    lateral = first_line_mm(probe) + np.arange(line_count(probe), dtype=np.float32) * LINE_STEP_MM
    x, z = probe.to_tissue(*np.meshgrid(ranges, lateral, indexing="ij"))
    return BeamGrid(x, z, ranges, (probe.spread(ranges) * LINE_STEP_MM).astype(np.float32))


def line_count(probe: Probe) -> int:
    """Number of simulated scan lines, those past the picture's edges included."""
    return round((probe.face_mm + 2 * SIDE_LOBE_MARGIN_MM) / LINE_STEP_MM) + 1


def first_line_mm(probe: Probe) -> float:
    """Lateral position of the leftmost simulated line."""
    return -(probe.face_mm / 2 + SIDE_LOBE_MARGIN_MM)


@dataclass(frozen=True)
class Raster:
    """The picture's pixel grid over the tissue.

    `spacing_mm` is (row, column); `origin_mm` is (z, x) of the first pixel's center.
    """

    rows: int
    columns: int
    spacing_mm: tuple[float, float]
    origin_mm: tuple[float, float]

    def positions(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(x, z) in mm of every pixel center, arrays ``[rows, columns]``."""
        z = self.origin_mm[0] + np.arange(self.rows) * self.spacing_mm[0]
        x = self.origin_mm[1] + np.arange(self.columns) * self.spacing_mm[1]
        grid_z, grid_x = np.meshgrid(z, x, indexing="ij")
        return grid_x, grid_z


def fit_raster(probe: Probe, depth_mm: float, rows: int, columns: int) -> Raster:
    """Square pixels that show the whole picture centered in the given number of rows and columns."""
    height, width = probe.extent_mm(depth_mm)
    spacing = max(height / rows, width / columns)
    top = depth_mm - height - (rows * spacing - height) / 2
    return Raster(rows, columns, (spacing, spacing), (top + spacing / 2, -(columns - 1) / 2 * spacing))


def insonified(probe: Probe, depth_mm: float, raster: Raster) -> NDArray[np.bool_]:
    """Which pixels ``[rows, columns]`` the scan lines reach."""
    reach, lateral = probe.to_beam(*raster.positions())
    return (reach >= 0) & (reach <= depth_mm) & (np.abs(lateral) <= probe.face_mm / 2)


def scan_convert(lines: NDArray, probe: Probe, depth_mm: float, raster: Raster) -> NDArray[np.float32]:
    """Bilinear picture ``[rows, columns]`` of values given on the beam grid; 0 outside the insonified area."""
    reach, lateral = probe.to_beam(*raster.positions())
    inside = insonified(probe, depth_mm, raster)
    at = np.stack([reach / RANGE_STEP_MM, (lateral - first_line_mm(probe)) / LINE_STEP_MM])
    return np.where(inside, ndimage.map_coordinates(lines, at, order=1, mode="nearest", output=np.float32), 0.0)
