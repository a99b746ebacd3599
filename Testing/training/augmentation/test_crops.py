"""Parts of images show what they say they show."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from Training.augmentation.crops import cut_out, lesion_crop, tissue_crop

SIDE = 64
corners = st.tuples(st.integers(8, 50), st.integers(8, 50), st.integers(2, 14), st.integers(2, 14))


def scene(place: tuple[int, int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    row, column, height, width = place
    image, mask = np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    image[6:58] = 100
    mask[row : min(row + height, 58), column : column + width] = 1
    return image, mask


@given(corners)
def test_a_tissue_part_holds_no_lesion_and_nothing_below_it(place: tuple[int, int, int, int]) -> None:
    image, mask = scene(place)
    crop = tissue_crop(image, mask)
    if crop is not None:
        assert not mask[crop.top : crop.bottom, crop.left : crop.right].any()
        below = mask[: crop.top].any(axis=0)[crop.left : crop.right]
        assert not below.any()


@given(corners, st.integers(0, 100))
def test_a_lesion_part_holds_the_whole_lesion(place: tuple[int, int, int, int], seed: int) -> None:
    image, mask = scene(place)
    crop = lesion_crop(image, mask, np.random.default_rng(seed))
    if crop is not None:
        assert mask[crop.top : crop.bottom, crop.left : crop.right].sum() == mask.sum()


def test_an_image_full_of_lesion_has_no_tissue_part() -> None:
    image, mask = scene((8, 8, 50, 50))
    mask[10:55, 4:60] = 1
    assert tissue_crop(image, mask) is None
    assert tissue_crop(image, np.zeros_like(mask)) is None


def test_a_cut_out_keeps_its_aspect_and_fills_one_side() -> None:
    image, mask = scene((20, 40, 10, 10))
    crop = tissue_crop(image, mask)
    assert crop is not None
    shown = cut_out(image, crop)
    rows, columns = (np.flatnonzero(shown.any(axis=axis)) for axis in (1, 0))
    assert max(len(rows), len(columns)) == SIDE
    assert abs(len(columns) / len(rows) - crop.width / crop.height) < 0.05
