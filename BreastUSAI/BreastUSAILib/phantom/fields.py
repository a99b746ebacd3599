"""Smooth random fields in tissue coordinates, the raw material of every anatomical variation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

FIELD_STEP_MM = 0.25
FIELD_WIDTH_MM = 120.0
FIELD_DEPTH_MM = 80.0


class SmoothField:
    """A stationary Gaussian random field of zero mean and unit variance over (x, z) that changes along y.

    The field repeats every `FIELD_WIDTH_MM` and `FIELD_DEPTH_MM`; along y it is a rotation between two independent
    fields, so that its variance is the same in every slice.

    Args:
        rng: source of the random numbers.
        correlation_mm: (x, z) standard deviation of the smoothing kernel, in mm.
        elevation_mm: slide of the probe, in mm, after which the field has turned into an independent one.
    """

    def __init__(
        self, rng: np.random.Generator, correlation_mm: tuple[float, float], elevation_mm: float = 8.0
    ) -> None:
        shape = (round(FIELD_DEPTH_MM / FIELD_STEP_MM), round(FIELD_WIDTH_MM / FIELD_STEP_MM))
        noise = rng.standard_normal((2, *shape), dtype=np.float32)
        spectrum = fft.fft2(noise[0] + 1j * noise[1])
        for axis, sigma_mm in ((0, correlation_mm[1]), (1, correlation_mm[0])):
            decay = np.exp(-2 * (np.pi * fft.fftfreq(shape[axis], FIELD_STEP_MM) * sigma_mm) ** 2)
            spectrum *= np.expand_dims(decay, 1 - axis).astype(np.float32)
        spectrum[0, 0] = 0
        smooth = fft.ifft2(spectrum)
        pair = np.stack([smooth.real, smooth.imag])
        self._pair = pair / pair.std(axis=(1, 2), keepdims=True)
        self._elevation_mm = elevation_mm

    def slice(self, y_mm: float) -> NDArray[np.float32]:
        """The field's own grid ``[z, x]`` in the slice `y_mm`."""
        turn = 0.5 * np.pi * y_mm / self._elevation_mm
        return (np.cos(turn) * self._pair[0] + np.sin(turn) * self._pair[1]).astype(np.float32)

    def __call__(self, x_mm: NDArray, z_mm: NDArray, y_mm: float = 0.0) -> NDArray[np.float32]:
        """The field at the points (x, z), arrays of one shape in mm."""
        return sample(self.slice(y_mm), x_mm, z_mm)

    def sheets(self, x_mm: NDArray, z_mm: NDArray, y_mm: float, width_mm: float) -> NDArray[np.float32]:
        """Thin curved sheets along the field's zero contours, 0 to 1; thinner where they stand upright."""
        grid = self.slice(y_mm)
        slope_z, slope_x = np.gradient(grid, FIELD_STEP_MM)
        steepness = np.maximum(np.hypot(slope_z, slope_x), 0.15)
        width = width_mm * (0.3 + 0.7 * slope_z**2 / (slope_x**2 + slope_z**2 + 1e-9))
        return np.exp(-0.5 * sample(np.abs(grid) / steepness / width, x_mm, z_mm) ** 2)


class Undulation:
    """A smooth random curve over x (an interface between two layers), zero mean, unit variance, varying along y."""

    def __init__(self, rng: np.random.Generator, wavelength_mm: float, terms: int = 5) -> None:
        self._frequency = rng.uniform(0.3, 1.3, terms) / wavelength_mm
        self._elevation = rng.normal(0.0, 0.5, terms) / wavelength_mm
        self._phase = rng.uniform(0.0, 2 * np.pi, terms)

    def __call__(self, x_mm: NDArray, y_mm: float = 0.0) -> NDArray[np.float64]:
        """Height of the curve at the positions `x_mm` (any shape)."""
        knots = np.linspace(float(np.min(x_mm)), float(np.max(x_mm)), 512)
        angle = 2 * np.pi * (np.outer(knots, self._frequency) + y_mm * self._elevation) + self._phase
        return np.interp(x_mm, knots, np.sqrt(2 / self._phase.size) * np.cos(angle).sum(axis=1))


def sample(grid: NDArray, x_mm: NDArray, z_mm: NDArray) -> NDArray[np.float32]:
    """Bilinear samples of a periodic field grid ``[z, x]`` at points in mm."""
    positions = np.stack([np.asarray(z_mm) / FIELD_STEP_MM, np.asarray(x_mm) / FIELD_STEP_MM]).astype(np.float32)
    return ndimage.map_coordinates(grid, positions, order=1, mode="grid-wrap", output=np.float32)


def smooth_step(distance_mm: NDArray, softness_mm: float) -> NDArray[np.float32]:
    """0 well below zero, 1 well above, over about `softness_mm` on either side."""
    return (0.5 + 0.5 * np.tanh(np.asarray(distance_mm) / softness_mm)).astype(np.float32)
