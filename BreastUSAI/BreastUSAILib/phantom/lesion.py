"""Lesions of chosen shape, echogenicity, margin and posterior behavior (the words of the BI-RADS lexicon)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..engine.findings.analysis import Label
from .fields import SmoothField, smooth_step
from .tissue import TissueMaps

CONTOUR_POINTS = 1440


class Shape(str, Enum):
    """Outline of a lesion."""

    OVAL = "oval"
    LOBULATED = "lobulated"
    IRREGULAR = "irregular"
    SPICULATED = "spiculated"


class Echo(str, Enum):
    """Inner echo pattern, relative to fat."""

    ANECHOIC = "anechoic"
    HYPOECHOIC = "hypoechoic"
    ISOECHOIC = "isoechoic"
    COMPLEX = "complex"


class Margin(str, Enum):
    """How the lesion ends."""

    CIRCUMSCRIBED = "circumscribed"
    INDISTINCT = "indistinct"
    HALO = "halo"


class Posterior(str, Enum):
    """What lies in the beam behind the lesion."""

    NONE = "none"
    ENHANCEMENT = "enhancement"
    SHADOWING = "shadowing"
    EDGE_SHADOWS = "edge_shadows"


ECHO_DB = {Echo.ANECHOIC: -26.0, Echo.HYPOECHOIC: -8.5, Echo.ISOECHOIC: 0.5, Echo.COMPLEX: -7.0}
SOFTNESS_MM = {Margin.CIRCUMSCRIBED: 0.15, Margin.INDISTINCT: 0.75, Margin.HALO: 0.45}


@dataclass(frozen=True)
class LesionSpec:
    """One lesion, in mm of uncompressed tissue.

    The area in the lesion's middle slice is pi/4 * width * height whatever the shape. Height above width is taller
    than wide.

    Args:
        center_mm: (x from the middle of the probe, depth).
        width_mm: extent across the beam before tilting.
        height_mm: extent along the beam before tilting.
        label: benign or malignant.
        shape, echo, margin, posterior: see the enums.
        tilt_deg: rotation, positive towards the right-hand side's depth.
        contrast_db: added to the inner echo of `echo`.
        microcalcifications: number of bright points inside.
        center_y_mm: slice in which the lesion is largest.
        thickness_mm: extent across the slices.
    """

    center_mm: tuple[float, float]
    width_mm: float
    height_mm: float
    label: Label = Label.BENIGN
    shape: Shape = Shape.OVAL
    echo: Echo = Echo.HYPOECHOIC
    margin: Margin = Margin.CIRCUMSCRIBED
    posterior: Posterior = Posterior.NONE
    tilt_deg: float = 0.0
    contrast_db: float = 0.0
    microcalcifications: int = 0
    center_y_mm: float = 0.0
    thickness_mm: float = 12.0


class LesionModel:
    """A lesion's random outline and texture; the same seed gives the same lesion in every slice."""

    def __init__(self, spec: LesionSpec, rng: np.random.Generator) -> None:
        self.spec = spec
        self._angles = np.linspace(-np.pi, np.pi, CONTOUR_POINTS + 1)
        self._radius = _outline(spec.shape, self._angles, rng)
        self._ripple = SmoothField(rng, (0.9, 0.7), 4.0)
        self._texture = SmoothField(rng, (1.0, 0.7), 4.0)
        self._rays = _harmonics(self._angles, rng, range(9, 22), 0.0)
        count = spec.microcalcifications
        self._calcifications = rng.uniform(-0.6, 0.6, (count, 3))

    def scale(self, y_mm: float) -> float:
        """Size of the cross-section at the slice `y_mm` relative to the middle one: that of an ellipsoid, or 0."""
        offset = 2 * (y_mm - self.spec.center_y_mm) / self.spec.thickness_mm
        return float(np.sqrt(max(0.0, 1 - offset**2)))

    def signed_distance_mm(self, x_mm: NDArray, z_mm: NDArray, y_mm: float) -> NDArray[np.float32]:
        """Radial distance to the outline, negative inside; a large constant where the slice misses the lesion."""
        scale = self.scale(y_mm)
        if scale == 0:
            return np.full(np.shape(x_mm), 1e3, np.float32)
        u, v = self._local(x_mm, z_mm)
        a, b = scale * self.spec.width_mm / 2, scale * self.spec.height_mm / 2
        radius = np.hypot(u, v)
        reach = np.hypot(u / a, v / b)
        edge = self._radius_at(np.arctan2(v / b, u / a))
        return (radius * (1 - edge / np.maximum(reach, 1e-6)) - min(a, b) * edge * (reach < 1e-6)).astype(np.float32)

    def contour_mm(self, y_mm: float) -> NDArray[np.float64]:
        """Closed outline ``[n, (x, z)]`` at the slice `y_mm`, in mm of uncompressed tissue; empty where it misses."""
        scale = self.scale(y_mm)
        if scale == 0:
            return np.zeros((0, 2))
        angle = self._angles[:-1]
        u = scale * self.spec.width_mm / 2 * self._radius[:-1] * np.cos(angle)
        v = scale * self.spec.height_mm / 2 * self._radius[:-1] * np.sin(angle)
        tilt = np.deg2rad(self.spec.tilt_deg)
        x = self.spec.center_mm[0] + u * np.cos(tilt) - v * np.sin(tilt)
        return np.stack([x, self.spec.center_mm[1] + u * np.sin(tilt) + v * np.cos(tilt)], axis=1)

    def calcifications_mm(self, y_mm: float) -> NDArray[np.float64]:
        """(x, z, weight) of the microcalcifications ``[n, 3]``; the weight fades as the slice leaves them."""
        half = np.array([self.spec.width_mm, self.spec.height_mm, self.spec.thickness_mm]) / 2
        place = self._calcifications * half
        weight = np.exp(-0.5 * (place[:, 2] + self.spec.center_y_mm - y_mm) ** 2)
        return np.column_stack([place[:, :2] + self.spec.center_mm, weight])

    def paint(self, maps: TissueMaps, x_mm: NDArray, z_mm: NDArray, y_mm: float) -> None:
        """Put the lesion into the tissue `maps` given at the points (x, z) of the slice `y_mm`."""
        distance = self.signed_distance_mm(x_mm, z_mm, y_mm)
        if distance.min() > 6.0:
            return
        spec = self.spec
        rippled = distance
        if spec.margin is not Margin.CIRCUMSCRIBED:
            rippled = distance + 0.40 * self._ripple(x_mm, z_mm, y_mm)
        weight = smooth_step(-rippled, SOFTNESS_MM[spec.margin])
        self._surroundings(maps, rippled, x_mm, z_mm)
        texture = self._texture(x_mm, z_mm, y_mm)
        maps.blend(weight, ECHO_DB[spec.echo] + spec.contrast_db + self._pattern(texture), 0.0)
        maps.mirror *= 1 - weight
        slope_x, slope_z = self._normal(x_mm, z_mm)
        if spec.margin is Margin.CIRCUMSCRIBED:
            capsule = np.exp(-0.5 * (distance / 0.11) ** 2) * slope_z**4 * (0.6 + 0.4 * np.tanh(texture))
            maps.blend(0.5 * capsule, 14.0, 0.0)
            maps.mirror += (4.0 if spec.echo is Echo.ANECHOIC else 1.8) * capsule
        self._attenuate(maps, weight, distance, slope_x)

    def _pattern(self, texture: NDArray) -> NDArray:
        if self.spec.echo is Echo.ANECHOIC:
            return 3.0 * texture
        if self.spec.echo is Echo.COMPLEX:
            return np.where(texture > 0.45, -22.0, 3.0 * texture)
        return 2.8 * texture

    def _surroundings(self, maps: TissueMaps, distance: NDArray, x: NDArray, z: NDArray) -> None:
        near = np.clip(distance, 0, None)
        if self.spec.margin is Margin.HALO:
            maps.echo_db += 7.5 * np.exp(-((near / 1.4) ** 2)) * (1 - 0.4 * maps.echo_db / 20)
        if self.spec.shape is Shape.SPICULATED:
            u, v = self._local(x, z)
            rays = np.interp(np.arctan2(v, u), self._angles, self._rays)
            maps.echo_db += 6.0 * rays * np.exp(-near / 2.5)

    def _attenuate(self, maps: TissueMaps, weight: NDArray, distance: NDArray, slope_x: NDArray) -> None:
        path = max(self.spec.height_mm, 4.0)
        if self.spec.posterior is Posterior.SHADOWING:
            maps.attenuation_db_mm += weight * 13.0 / path
        elif self.spec.posterior is Posterior.ENHANCEMENT:
            maps.attenuation_db_mm -= weight * (9.0 if self.spec.echo is Echo.ANECHOIC else 6.5) / path
        if self.spec.posterior in (Posterior.EDGE_SHADOWS, Posterior.ENHANCEMENT):
            grazing = np.exp(-0.5 * (distance / 0.35) ** 2) * np.abs(slope_x) ** 12
            maps.attenuation_db_mm += grazing * (4.5 if self.spec.posterior is Posterior.EDGE_SHADOWS else 1.8)

    def _local(self, x: NDArray, z: NDArray) -> tuple[NDArray, NDArray]:
        tilt = np.deg2rad(self.spec.tilt_deg)
        dx, dz = x - self.spec.center_mm[0], z - self.spec.center_mm[1]
        return dx * np.cos(tilt) + dz * np.sin(tilt), dz * np.cos(tilt) - dx * np.sin(tilt)

    def _normal(self, x: NDArray, z: NDArray) -> tuple[NDArray, NDArray]:
        u, v = self._local(x, z)
        tilt = np.deg2rad(self.spec.tilt_deg)
        nu, nv = u / self.spec.width_mm**2, v / self.spec.height_mm**2
        length = np.maximum(np.hypot(nu, nv), 1e-9)
        return (nu * np.cos(tilt) - nv * np.sin(tilt)) / length, (nu * np.sin(tilt) + nv * np.cos(tilt)) / length

    def _radius_at(self, angle: NDArray) -> NDArray:
        return np.interp(angle, self._angles, self._radius)


def _outline(shape: Shape, angles: NDArray, rng: np.random.Generator) -> NDArray[np.float64]:
    """Radius at each angle with a mean square of 1, so that the area is that of the unit circle."""
    radius = np.ones_like(angles)
    if shape is Shape.LOBULATED:
        radius += 0.10 * _harmonics(angles, rng, range(2, 5), 0.5)
    elif shape is not Shape.OVAL:
        radius += 0.14 * _harmonics(angles, rng, range(2, 8), 0.8) + 0.035 * _harmonics(angles, rng, range(8, 20), 0.0)
    if shape is Shape.SPICULATED:
        for at in rng.uniform(-np.pi, np.pi, 9):
            away = np.angle(np.exp(1j * (angles - at)))
            radius += rng.uniform(0.10, 0.32) * np.exp(-np.abs(away) / rng.uniform(0.08, 0.16))
    radius = np.maximum(radius, 0.35)
    return radius / np.sqrt(np.mean(radius[:-1] ** 2))


def _harmonics(angles: NDArray, rng: np.random.Generator, orders: range, decay: float) -> NDArray[np.float64]:
    """Sum of random angular waves, unit variance, the n-th order weighing n to the power of minus `decay`."""
    weights = rng.normal(0, 1, (2, len(orders))) * np.arange(orders.start, orders.stop) ** -decay
    phases = np.outer(orders, angles)
    wave = weights[0] @ np.cos(phases) + weights[1] @ np.sin(phases)
    return wave / wave[:-1].std()
