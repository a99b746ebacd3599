"""The echoes obey the physics of fully developed speckle and of the point-spread function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BreastUSAILib.phantom.acquisition import (
    FWHM_PER_SIGMA,
    Acquisition,
    Scatterers,
    envelope,
    log_compress,
    reflectivity,
)
from BreastUSAILib.phantom.probe import LINE_STEP_MM, RANGE_STEP_MM, CurvedProbe, LinearProbe, beam_grid

DEPTH_MM = 32.0
PLAIN = Acquisition(looks=1)


def uniform_speckle(probe, settings, y_mm=0.0):
    grid = beam_grid(probe, DEPTH_MM)
    width = float(np.ptp(grid.x_mm)) + 4
    scatterers = Scatterers(np.random.default_rng(5), width, (float(grid.z_mm.min()) - 1, DEPTH_MM + 1))
    field = reflectivity(scatterers.at(y_mm, 0.0, 0.0), probe, grid, settings.wavelength_mm)
    return envelope(field, grid, settings)[20:-20, 20:-20]


def width_at_half_maximum(profile, step_mm):
    peak = int(np.argmax(profile))
    right = np.interp(-0.5 * profile[peak], -profile[peak:], np.arange(profile.size - peak))
    left = np.interp(-0.5 * profile[peak], -profile[peak::-1], np.arange(peak + 1))
    return (left + right) * step_mm


@pytest.mark.parametrize("probe", [LinearProbe(), CurvedProbe()])
def test_uncompounded_envelope_is_rayleigh_distributed(probe):
    echo = uniform_speckle(probe, PLAIN)
    # Rayleigh: mean / standard deviation = sqrt(pi / (4 - pi)) = 1.913. A few hundred independent cells give 3 %.
    assert echo.mean() / echo.std() == pytest.approx(1.913, rel=0.05)
    assert np.mean(echo**2) == pytest.approx(1.0, rel=0.1)


def test_compounding_smooths_speckle():
    single, compounded = (uniform_speckle(LinearProbe(), replace(PLAIN, looks=looks)) for looks in (1, 3))
    assert compounded.mean() / compounded.std() > 1.4 * single.mean() / single.std()


@pytest.mark.parametrize("depth_mm", [6.0, 18.0, 28.0])
def test_point_target_is_as_wide_as_the_point_spread_function(depth_mm):
    grid = beam_grid(LinearProbe(), DEPTH_MM)
    point = np.zeros(grid.x_mm.shape, np.complex64)
    row, column = round(depth_mm / RANGE_STEP_MM), grid.x_mm.shape[1] // 2
    point[row, column] = 1
    echo = envelope(point, grid, PLAIN)
    across = width_at_half_maximum(echo[row], LINE_STEP_MM)
    along = width_at_half_maximum(echo[:, column], RANGE_STEP_MM)
    assert across == pytest.approx(FWHM_PER_SIGMA * PLAIN.lateral_sigma_mm(depth_mm), rel=0.05)
    assert along == pytest.approx(PLAIN.cycles * PLAIN.wavelength_mm / 2, rel=0.05)


def test_beam_is_narrowest_at_the_focus():
    widths = [float(PLAIN.lateral_sigma_mm(depth)) for depth in (2.0, PLAIN.focus_mm, 36.0)]
    assert min(widths) == widths[1]
    assert PLAIN.lateral_sigma_mm(PLAIN.focus_mm) * FWHM_PER_SIGMA == pytest.approx(
        PLAIN.f_number * PLAIN.wavelength_mm
    )


def test_speckle_decorrelates_as_the_probe_slides_out_of_the_plane():
    echoes = [uniform_speckle(LinearProbe(12.0), PLAIN, y_mm).ravel() for y_mm in (0.0, 0.3, 4.8)]
    near, far = (np.corrcoef(echoes[0], other)[0, 1] for other in echoes[1:])
    assert near > 0.85
    assert abs(far) < 0.15  # one whole slab further: the same scatterers would have come back


def test_log_compression_is_linear_in_decibels_over_the_dynamic_range():
    settings = Acquisition(dynamic_range_db=60)
    gray = log_compress(10 ** (np.array([43.0, 13.0, -17.0, -80.0]) / 20), settings)
    np.testing.assert_allclose(gray, [255, 127.5, 0, 0], atol=0.01)
