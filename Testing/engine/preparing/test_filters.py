"""Filters do what image processing textbooks say, on any picture in [0, 1]."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from BreastUSAILib.engine.preparing.filters import FILTERS, equalize, gaussian, sobel

PICTURES = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.floats(0, 1, width=32)
)


@pytest.mark.parametrize("name", FILTERS)
@given(picture=PICTURES)
def test_values_stay_in_the_unit_range_and_the_picture_as_it_was(name: str, picture: np.ndarray) -> None:
    before = picture.copy()
    filtered = FILTERS[name](picture)
    assert filtered.dtype == np.float32
    assert filtered.shape == picture.shape
    assert filtered.min() >= 0
    assert filtered.max() <= 1 + 1e-6
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", FILTERS)
def test_a_mirror_image_gives_the_mirror_image(name: str) -> None:
    picture = np.random.default_rng(1).random((30, 41), dtype=np.float32)
    assert np.allclose(FILTERS[name](picture[:, ::-1]), FILTERS[name](picture)[:, ::-1], atol=1e-6)


def test_a_blur_keeps_the_mean_and_takes_contrast() -> None:
    picture = np.random.default_rng(1).random((40, 40), dtype=np.float32)
    blurred = gaussian(picture)
    assert blurred.mean() == pytest.approx(picture.mean(), abs=0.01)
    assert blurred.std() < 0.5 * picture.std()


def test_edges_are_where_the_gray_value_changes() -> None:
    picture = np.zeros((20, 20), dtype=np.float32)
    picture[:, 10:] = 0.5
    edges = sobel(picture)
    assert np.allclose(edges[:, 9:11], 1)
    assert not edges[:, :9].any()
    assert not edges[:, 11:].any()


def test_an_equalized_picture_has_as_much_of_every_gray() -> None:
    dark = np.random.default_rng(1).random((100, 100), dtype=np.float32) ** 2
    shares = np.histogram(equalize(dark), bins=4, range=(0, 1))[0] / dark.size
    assert shares == pytest.approx([0.25] * 4, abs=0.06)


@pytest.mark.parametrize("name", ["sobel", "equalize"])
def test_a_constant_picture_has_nothing_in_it(name: str) -> None:
    assert not FILTERS[name](np.full((5, 6), 0.4, dtype=np.float32)).any()
