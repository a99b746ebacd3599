"""What goes into the network's square comes back where it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.letterbox import FITS, Letterbox
from BreastUSAILib.engine.preparing.prepare import Preprocessing


@st.composite
def letterboxes(draw: st.DrawFn, fits: tuple[str, ...] = FITS) -> Letterbox:
    """Any fit of any central share of any region, as a bundle's preprocessing makes them."""
    rows, columns = draw(st.integers(40, 700)), draw(st.integers(40, 900))
    width, height = draw(st.integers(max(30, columns // 4), columns)), draw(st.integers(max(30, rows // 4), rows))
    region = Rectangle(draw(st.integers(0, columns - width)), draw(st.integers(0, rows - height)), width, height)
    wanted = Preprocessing(
        size=draw(st.sampled_from([64, 128, 256])),
        low_percentile=1.0,
        high_percentile=99.0,
        mean=0.0,
        std=1.0,
        fit=draw(st.sampled_from(fits)),  # type: ignore[arg-type]
        centre_share=draw(st.sampled_from([1.0, 0.875, 0.75])),
    )
    return wanted.letterbox(rows, columns, region)


@given(letterboxes(fits=("letterbox",)))
def test_the_aspect_is_kept_to_half_a_network_pixel(box: Letterbox) -> None:
    content, region = box.content, box.region
    assert max(content.width, content.height) == box.size
    scale = box.size / max(region.width, region.height)
    assert abs(content.width - region.width * scale) <= 0.5
    assert abs(content.height - region.height * scale) <= 0.5


@given(letterboxes(fits=("stretch",)))
def test_a_stretched_region_fills_the_square_corner_to_corner(box: Letterbox) -> None:
    assert box.content == Rectangle(0, 0, box.size, box.size)


@given(letterboxes(), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
def test_a_blob_returns_to_its_place_within_half_a_pixel(box: Letterbox, u: float, v: float) -> None:
    region, content = box.region, box.content
    spread = max(4.0, 0.08 * min(region.width, region.height), 3 * max(region.width, region.height) / box.size)
    x, y = region.x + u * (region.width - 1), region.y + v * (region.height - 1)
    row, column = np.mgrid[: box.rows, : box.columns]
    blob = np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * spread**2)).astype(np.float32)
    blob[blob < 0.3] = 0
    inside = np.zeros_like(blob)
    inside[region.slices] = blob[region.slices]
    back = box.restore(box.apply(inside))
    there, here = _center(inside), _center(back)
    step = max(1.0, region.width / content.width, region.height / content.height)
    assert np.abs(there - here).max() <= 0.5 * step


@given(letterboxes())
def test_nothing_comes_back_outside_the_region(box: Letterbox) -> None:
    back = box.restore(np.ones((8, 8), dtype=np.float32))
    outside = np.ones_like(back, dtype=bool)
    outside[box.region.slices] = False
    assert not back[outside].any()
    assert np.allclose(back[box.region.slices], 1)


def test_a_constant_frame_stays_constant_and_its_padding_black() -> None:
    box = Letterbox(100, 200, Rectangle(0, 0, 200, 100), 64)
    square = box.apply(np.full((100, 200), 7, dtype=np.uint8))
    assert np.allclose(square[box.content.slices], 7)
    assert square.sum() == pytest.approx(7 * box.content.area, rel=1e-5)


def test_a_coarse_map_is_laid_over_the_whole_square() -> None:
    box = Letterbox(64, 64, Rectangle(0, 0, 64, 64), 64)
    back = box.restore(np.array([[0, 1], [0, 1]], dtype=np.float32))
    assert np.allclose(back[:, :16], 0)
    assert np.allclose(back[:, 48:], 1)
    assert back[10, 31] == pytest.approx(1 - back[10, 32], abs=1e-6)


def test_a_frame_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="100x200"):
        Letterbox(100, 200, Rectangle(0, 0, 200, 100), 64).apply(np.zeros((200, 100)))


def _center(image: np.ndarray) -> np.ndarray:
    row, column = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([(image * column).sum(), (image * row).sum()]) / image.sum()
