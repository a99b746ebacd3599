"""How an ultrasound scanner makes a gray picture: scatterers, point-spread function, envelope, log compression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from .probe import LINE_STEP_MM, RANGE_STEP_MM, BeamGrid, Probe, first_line_mm

SOUND_SPEED_MM_PER_US = 1.54
FWHM_PER_SIGMA = 2.3548
SCATTERERS_PER_MM2 = 150.0
SLICE_SIGMA_MM = 0.8
SLAB_MM = 6 * SLICE_SIGMA_MM
WHITE_DB = 43.0
"""Level of full white above the mean echo of fat, in dB, at gain 0."""


@dataclass(frozen=True)
class Acquisition:
    """Scanner settings.

    Args:
        frequency_mhz: center frequency.
        cycles: length of the pulse (full width at half maximum) in periods of the carrier.
        focus_mm: depth of the transmit focus.
        f_number: receive f-number; the beam's width at the focus is f_number wavelengths.
        looks: number of steered views compounded, 1 for plain fully developed speckle.
        dynamic_range_db: range of echoes between black and white.
        gain_db: overall gain.
        tgc_error_db: how much the time-gain compensation overshoots at full depth (negative: too dark below).
        focal_gain_db: extra brightness of the focal zone.
        noise_db: electronic noise at full depth, relative to the mean echo of fat.
        dropout_db: loss at the left (negative) or right (positive) edge for want of contact.
    """

    frequency_mhz: float = 10.0
    cycles: float = 2.6
    focus_mm: float = 18.0
    f_number: float = 3.2
    looks: int = 3
    dynamic_range_db: float = 60.0
    gain_db: float = 0.0
    tgc_error_db: float = -3.0
    focal_gain_db: float = 1.5
    noise_db: float = -14.0
    dropout_db: float = 0.0

    @property
    def wavelength_mm(self) -> float:
        """Wavelength in soft tissue."""
        return SOUND_SPEED_MM_PER_US / self.frequency_mhz

    @property
    def axial_sigma_mm(self) -> float:
        """Standard deviation of the received pulse's envelope along depth."""
        return self.cycles * self.wavelength_mm / 2 / FWHM_PER_SIGMA

    def lateral_sigma_mm(self, range_mm: NDArray) -> NDArray:
        """Standard deviation of the beam's profile at each range: narrowest at the focus."""
        waist = self.f_number * self.wavelength_mm / FWHM_PER_SIGMA
        return np.hypot(waist, (np.asarray(range_mm) - self.focus_mm) * 0.22 * waist / self.f_number)


class Scatterers:
    """Point scatterers fixed in the tissue, of equal strength, more than ten in a resolution cell.

    They fill a slab as thick as the beam is in elevation; those that leave it when the probe slides come back on
    the other side at a new place, so that speckle decorrelates with the slide and never repeats.
    """

    def __init__(self, rng: np.random.Generator, width_mm: float, z_mm: tuple[float, float]) -> None:
        count = round(SCATTERERS_PER_MM2 * width_mm * (z_mm[1] - z_mm[0]))
        self._width_mm = width_mm
        self._x = rng.uniform(0.0, width_mm, count)
        self._y = rng.uniform(0.0, SLAB_MM, count)
        self._z = rng.uniform(*z_mm, count)

    def at(self, y_mm: float, shift_mm: float, strain: float) -> tuple[NDArray, NDArray, NDArray]:
        """(x, z, weight) of every scatterer for a probe slid to `y_mm`, shifted sideways and pressed by `strain`."""
        turns, across = np.divmod(self._y - y_mm, SLAB_MM)
        x = np.mod(self._x + 0.618034 * turns * self._width_mm + shift_mm, self._width_mm) - self._width_mm / 2
        weight = np.exp(-0.5 * ((across - SLAB_MM / 2) / SLICE_SIGMA_MM) ** 2)
        return x, self._z * (1 - strain), weight


def reflectivity(
    points: tuple[NDArray, NDArray, NDArray], probe: Probe, grid: BeamGrid, wavelength_mm: float
) -> NDArray[np.complex64]:
    """Demodulated scattering on the beam grid ``[range, line]``, mean power 1 where the medium is uniform.

    Each scatterer adds its weight with the phase of the carrier's two-way path, exp(-4 pi i r / wavelength), to the
    cell it lies in: the same as convolving with a carrier and taking the analytic signal afterwards.
    """
    x, z, weight = points
    reach, lateral = probe.to_beam(x, z)
    row = np.rint(reach / RANGE_STEP_MM).astype(np.int64)
    column = np.rint((lateral - first_line_mm(probe)) / LINE_STEP_MM).astype(np.int64)
    rows, columns = grid.x_mm.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    cell = (row * columns + column)[inside]
    phase = (-4 * np.pi / wavelength_mm) * reach[inside]
    strength = weight[inside]
    real = np.bincount(cell, strength * np.cos(phase), rows * columns)
    imaginary = np.bincount(cell, strength * np.sin(phase), rows * columns)
    field = (real + 1j * imaginary).reshape(rows, columns).astype(np.complex64)
    mean_power = SCATTERERS_PER_MM2 * np.mean(weight**2) * RANGE_STEP_MM * grid.pitch_mm
    return (field / np.sqrt(mean_power)[:, None]).astype(np.complex64)


def envelope(field: NDArray, grid: BeamGrid, settings: Acquisition) -> NDArray[np.float32]:
    """Detected echo amplitude ``[range, line]`` of a reflectivity of that shape, mean power kept.

    The point-spread function is separable: a Gaussian pulse along range and a Gaussian beam across the lines whose
    width follows `Acquisition.lateral_sigma_mm`. A steered look is the same beam at a shifted lateral frequency, so
    that looks see independent speckle; their amplitudes are averaged.
    """
    axial = ndimage.gaussian_filter1d(field, settings.axial_sigma_mm / RANGE_STEP_MM, axis=0, mode="constant")
    axial *= np.sqrt(2 * np.sqrt(np.pi) * settings.axial_sigma_mm / RANGE_STEP_MM)
    width = (settings.lateral_sigma_mm(grid.range_mm) / grid.pitch_mm)[:, None]
    columns = fft.next_fast_len(field.shape[1])
    frequency = fft.fftfreq(columns)[None, :]
    spectrum = fft.fft(axial, columns, axis=1)
    energy = np.sqrt(2 * np.sqrt(np.pi) * width)
    total = np.zeros(field.shape, np.float32)
    for look in range(settings.looks):
        steer = (look - (settings.looks - 1) / 2) * 0.28 / width
        beam = (energy * np.exp(-2 * (np.pi * width * (frequency - steer)) ** 2)).astype(np.float32)
        total += np.abs(fft.ifft(spectrum * beam, axis=1)[:, : field.shape[1]])
    return (total / settings.looks).astype(np.float32)


def electronic_noise(rng: np.random.Generator, grid: BeamGrid, settings: Acquisition) -> NDArray[np.complex64]:
    """Receiver noise ``[range, line]``, amplified by the time-gain compensation towards the depth."""
    shape = grid.x_mm.shape
    noise = rng.standard_normal(shape, np.float32) + 1j * rng.standard_normal(shape, np.float32)
    level = settings.noise_db - 16.0 * (1 - grid.range_mm / grid.range_mm[-1])
    return (noise / np.sqrt(2) * 10 ** (level / 20)[:, None]).astype(np.complex64)


def system_gain_db(grid: BeamGrid, settings: Acquisition) -> NDArray[np.float32]:
    """Gain ``[range, line]`` that the tissue does not explain: imperfect TGC, focal banding, lateral drop-out."""
    depth = grid.range_mm / grid.range_mm[-1]
    along = settings.tgc_error_db * depth**2 + 0.7 * np.sin(7.3 * depth + settings.focus_mm)
    along += settings.focal_gain_db * np.exp(-0.5 * ((grid.range_mm - settings.focus_mm) / 4.0) ** 2)
    side = np.linspace(-1, 1, grid.x_mm.shape[1]) * np.sign(settings.dropout_db)
    across = -abs(settings.dropout_db) * np.clip((side - 0.55) / 0.45, 0, 1) ** 2
    return (along[:, None] + across[None, :] * (0.6 + 0.4 * depth[:, None])).astype(np.float32)


def log_compress(amplitude: NDArray, settings: Acquisition) -> NDArray[np.float32]:
    """Gray 0-255 of echo amplitudes (1 = mean echo of fat), linear in dB over the dynamic range."""
    level = 20 * np.log10(np.maximum(amplitude, 1e-6)) + settings.gain_db - WHITE_DB
    return np.clip(255 * (1 + level / settings.dynamic_range_db), 0, 255).astype(np.float32)
