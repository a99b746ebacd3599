"""The breast from skin to chest wall: echo level, attenuation and mirror-like interfaces at any point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .fields import SmoothField, Undulation, smooth_step


@dataclass(frozen=True)
class Anatomy:
    """Depths in mm below the probe's face, and what the picture shows.

    Args:
        gel_mm: thickness of the coupling gel.
        skin_mm: thickness of the skin.
        gland_mm: depth at which the fibroglandular layer begins.
        retromammary_mm: depth at which it ends.
        muscle_mm: depth of the pectoral fascia.
        chest_wall_mm: depth of the ribs and the pleura.
        density: share of fibrous tissue in the fibroglandular layer, 0 (fatty) to 1 (dense).
        rib: whether a rib casts its shadow.
    """

    gel_mm: float = 0.8
    skin_mm: float = 1.5
    gland_mm: float = 9.0
    retromammary_mm: float = 23.0
    muscle_mm: float = 26.0
    chest_wall_mm: float = 34.0
    density: float = 0.6
    rib: bool = False


@dataclass
class TissueMaps:
    """Properties on one grid of points, arrays of its shape.

    `echo_db` is the mean scattered amplitude relative to subcutaneous fat, `attenuation_db_mm` the two-way loss per
    mm of path beyond what the time-gain compensation expects, `mirror` the amplitude of interfaces that reflect
    coherently (1 = mean echo of fat).
    """

    echo_db: NDArray[np.float32]
    attenuation_db_mm: NDArray[np.float32]
    mirror: NDArray[np.float32]

    def blend(self, weight: NDArray, echo_db: NDArray | float, attenuation_db_mm: NDArray | float) -> None:
        """Replace echo and attenuation where `weight` is 1, in proportion where it lies between 0 and 1."""
        self.echo_db += weight * (echo_db - self.echo_db)
        self.attenuation_db_mm += weight * (attenuation_db_mm - self.attenuation_db_mm)


class Breast:
    """One breast's random anatomy: the same seed gives the same tissue in every slice and at every compression."""

    def __init__(self, anatomy: Anatomy, rng: np.random.Generator) -> None:
        self.anatomy = anatomy
        self._skin = Undulation(rng, 40.0)
        self._gland = Undulation(rng, 28.0)
        self._scallop = Undulation(rng, 45.0)
        self._deep = Undulation(rng, 70.0)
        self._muscle = Undulation(rng, 55.0)
        self._rib_x = rng.uniform(-14.0, 14.0)
        self._warp = SmoothField(rng, (4.0, 2.5))
        self._lobules = SmoothField(rng, (5.5, 1.7))
        self._septa = SmoothField(rng, (8.0, 1.0))
        self._patches = SmoothField(rng, (3.2, 1.3))
        self._gland_texture = SmoothField(rng, (1.3, 0.45), 4.0)
        self._strands = SmoothField(rng, (2.4, 0.35), 4.0)
        self._fibers = SmoothField(rng, (6.0, 0.4), 6.0)

    def maps(self, x_mm: NDArray, z_mm: NDArray, y_mm: float) -> TissueMaps:
        """Properties at the points (x, z) of the slice `y_mm`; z is the depth below the probe's face."""
        maps = TissueMaps(*(np.zeros(x_mm.shape, np.float32) for _ in range(3)))
        self._fat(maps, x_mm, z_mm, y_mm)
        self._fibroglandular(maps, x_mm, z_mm, y_mm)
        self._pectoral_muscle(maps, x_mm, z_mm, y_mm)
        self._chest_wall(maps, x_mm, z_mm, y_mm)
        self._skin_and_gel(maps, x_mm, z_mm, y_mm)
        return maps

    def _fat(self, maps: TissueMaps, x: NDArray, z: NDArray, y: float) -> None:
        patches = self._patches(x, z, y)
        maps.echo_db += 1.2 * patches
        present = smooth_step(patches + 0.15, 0.5)
        tilted = z + 0.12 * self._warp(x, z, y) * 3
        maps.attenuation_db_mm += 0.08 * patches
        for field, width, level in ((self._lobules, 0.12, 17.0), (self._septa, 0.09, 15.0)):
            sheet = field.sheets(x, tilted, y, width) * present
            maps.blend(sheet, level + 3 * patches, 0.25)
            maps.mirror += 1.6 * sheet * sheet

    def _gland_top(self, x: NDArray, y: float) -> NDArray:
        scallops = np.sqrt(np.sin(np.pi * x / 13.0 + 1.3 * self._scallop(x, y) + 0.1 * y) ** 2 + 0.01)
        room = self.anatomy.gland_mm - self.anatomy.gel_mm - self.anatomy.skin_mm
        return self.anatomy.gland_mm + 0.12 * room * self._gland(x, y) + 0.30 * room * (scallops - 0.7)

    def _gland_bottom(self, x: NDArray, y: float) -> NDArray:
        return self.anatomy.retromammary_mm + 1.1 * self._deep(x, y)

    def _fibroglandular(self, maps: TissueMaps, x: NDArray, z: NDArray, y: float) -> None:
        warp = self._warp(x, z, y)
        top = z + 0.35 * warp - self._gland_top(x, y)
        inside = smooth_step(top, 0.25) * smooth_step(self._gland_bottom(x, y) - z, 0.4)
        texture, strands = self._gland_texture(x, z + 0.8 * warp, y), self._strands(x, z + 1.2 * warp, y)
        fibrous = smooth_step(self._patches(x, z, y) + 2.2 * (self.anatomy.density - 0.45), 0.55)
        level = (
            1.0
            + fibrous * 9.5
            + 2.2 * texture
            + 4.2 * np.maximum(strands - 0.2, 0)
            - 4.0 * np.maximum(-strands - 0.5, 0)
        )
        maps.blend(inside, level, 0.04 + 0.05 * fibrous)
        rim = np.exp(-0.5 * (top / 0.22) ** 2) * smooth_step(texture + 0.8, 0.5)
        maps.blend(0.8 * rim, 17.0, 0.1)
        maps.mirror *= 1 - inside * fibrous
        maps.mirror += 1.5 * rim * rim + 1.2 * inside * np.maximum(strands - 1.0, 0)

    def _pectoral_muscle(self, maps: TissueMaps, x: NDArray, z: NDArray, y: float) -> None:
        fascia = z - (self.anatomy.muscle_mm + 0.9 * self._deep(x, y) + 0.5 * self._muscle(x, y))
        slope = 0.05 * x * self._muscle(np.zeros(1), y)[0]
        presence = smooth_step(self._patches(x, fascia + 20.0, y), 0.9)
        striation = self._fibers.sheets(x, fascia + slope + 40.0, y, 0.08) * presence
        maps.blend(smooth_step(fascia, 0.2), -2.5 + 15.0 * striation + 1.5 * self._gland_texture(x, z, y), 0.07)
        maps.mirror *= 1 - smooth_step(fascia, 0.2)
        maps.mirror += 1.8 * striation * (fascia > 0)
        for offset, weight in ((0.0, 0.35 + 0.65 * presence), (-0.9, 0.8 * (1 - presence))):
            sheet = weight * np.exp(-0.5 * ((fascia - offset) / 0.12) ** 2)
            maps.blend(sheet, 18.0, 0.15)
            maps.mirror += 3.0 * sheet

    def _chest_wall(self, maps: TissueMaps, x: NDArray, z: NDArray, y: float) -> None:
        wall = z - (self.anatomy.chest_wall_mm + 0.8 * self._deep(x, y))
        maps.blend(smooth_step(wall, 0.2), -7.0, 0.12)
        pleura = np.exp(-0.5 * (wall / 0.2) ** 2) * (0.5 + 0.5 * smooth_step(self._patches(x, z, y), 0.9))
        maps.blend(pleura, 20.0, 0.4)
        maps.mirror += 4.0 * pleura
        if self.anatomy.rib:
            from_center = np.hypot((x - self._rib_x) / 7.5, (wall - 3.2) / 4.0)
            rib = smooth_step(1 - from_center, 0.05)
            maps.blend(rib, -3.0, 3.2)
            maps.mirror *= 1 - rib
            maps.mirror += 3.5 * np.exp(-0.5 * ((from_center - 1) * 4 / 0.2) ** 2) * (wall < 1.5)

    def _skin_and_gel(self, maps: TissueMaps, x: NDArray, z: NDArray, y: float) -> None:
        entry = z - (self.anatomy.gel_mm + 0.12 * self._skin(x, y))
        under = entry - self.anatomy.skin_mm * (1 + 0.06 * self._skin(x, y + 9.0))
        dermis = smooth_step(entry, 0.08) * smooth_step(-under, 0.15)
        maps.blend(dermis, 13.0 + 1.5 * self._gland_texture(x, z, y), 0.0)
        gel = smooth_step(-entry, 0.08)
        ring_down = 24.0 * np.exp(-z / 0.35) + 8.0 * np.cos(2 * np.pi * z / 0.36)
        maps.blend(gel, -6.0 + ring_down, 0.0)
        maps.mirror *= 1 - np.maximum(gel, dermis)
        for distance, width, level, mirror in ((entry, 0.13, 27.0, 9.0), (under, 0.14, 19.0, 3.5)):
            line = np.exp(-0.5 * (distance / width) ** 2)
            maps.blend(line, level, 0.0)
            maps.mirror += mirror * line
