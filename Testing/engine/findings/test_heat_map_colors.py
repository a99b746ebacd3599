"""More heat is lighter and covers more, in even steps; on color Doppler it cannot be taken for flow."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from BreastUSAILib.engine.findings.heat_map_colors import (
    LAYER_OPACITY,
    heat_map_colors,
    heat_map_opacity,
    heat_map_over,
    shows_flow,
)
from BreastUSAILib.engine.flags import Flag, FlagCode, Severity

VALUES = np.linspace(0.0, 1.0, 101)


def lightness(rgb):
    """CIE L* of sRGB colors ``[..., 3]`` in [0, 255]."""
    linear = np.where(rgb / 255 <= 0.04045, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


@pytest.mark.parametrize("on_flow", [False, True], ids=["gray", "Doppler"])
def test_lightness_rises_evenly_with_heat(on_flow):
    tenths = np.diff(lightness(heat_map_colors(VALUES[::10], on_flow)))

    assert (tenths > 0).all()
    assert tenths.max() < 2.2 * tenths.min()
    assert lightness(heat_map_colors(np.array([1.0]), on_flow))[0] > 90


def test_opacity_grows_from_none():
    opacity = heat_map_opacity(VALUES)

    assert opacity[0] == 0.0
    assert (np.diff(opacity[VALUES <= 0.6]) > 0).all()
    assert (np.diff(opacity) >= 0).all()
    assert opacity[-1] == 1.0
    assert np.diff(opacity).max() < 0.03, "no edge anywhere"


def test_the_hottest_place_of_a_dark_lesion_is_its_lightest():
    dark = np.full((1, len(VALUES), 3), 25, np.uint8)
    seen = lightness(heat_map_over(dark, VALUES[None]).astype(float))[0]

    assert (np.diff(seen[::10]) >= 0).all()
    assert seen[-1] - seen[0] > 50


def test_no_heat_leaves_the_image_as_it_is_and_no_heat_hides_it():
    image = np.full((4, 4, 3), 90, np.uint8)

    np.testing.assert_array_equal(heat_map_over(image, np.zeros((4, 4))), image)
    assert LAYER_OPACITY < 1.0


def test_heat_on_color_doppler_has_neither_the_red_nor_the_blue_of_flow():
    hues = [360 * colorsys.rgb_to_hsv(*(color / 255))[0] for color in heat_map_colors(VALUES, on_flow=True)]

    assert min(hues) > 60
    assert max(hues) < 185


def test_color_doppler_is_known_by_its_flag():
    doppler = Flag(FlagCode.COLOR_DOPPLER, Severity.WARNING, "Color Doppler.")

    assert shows_flow((doppler,))
    assert not shows_flow(())
