"""What a scanner draws over tissue is found, and tissue alone is not taken for it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from BreastUSAILib.engine.findings.analysis import Label
from BreastUSAILib.engine.flags import FlagCode
from BreastUSAILib.engine.gatekeeper.drawings import BOX_FROM, CROSS_FROM, find_drawings
from BreastUSAILib.engine.gatekeeper.frame_flags import border_flag, drawing_flags
from BreastUSAILib.engine.gatekeeper.views import shows_two_views
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.phantom.cases import random_spec
from BreastUSAILib.phantom.frame import render


@pytest.fixture(scope="module")
def tissue() -> NDArray[np.uint8]:
    return render(random_spec(11, Label.BENIGN)).pixels


def with_cross(pixels: NDArray[np.uint8], arm: int, gap: int, gray: int) -> NDArray[np.uint8]:
    drawn = pixels.copy()
    y, x = drawn.shape[0] // 2, drawn.shape[1] // 3
    for first, last in ((gap, arm), (-arm, -gap)):
        drawn[y, x + first : x + last + 1] = gray
        drawn[y + first : y + last + 1, x] = gray
    return drawn


def with_box(pixels: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    drawn = pixels.copy()
    rows = slice(drawn.shape[0] // 5, drawn.shape[0] // 5 + round(height * drawn.shape[0]))
    drawn[rows, drawn.shape[1] // 4] = 190
    return drawn


def test_tissue_alone_shows_no_drawing(tissue: NDArray[np.uint8]) -> None:
    found = find_drawings(tissue)
    assert found.cross < CROSS_FROM
    assert found.upright < BOX_FROM
    assert drawing_flags(tissue, ()) == ()


@pytest.mark.parametrize(("arm", "gap"), [(4, 0), (5, 2), (7, 0)])
@pytest.mark.parametrize("gray", [200, 255])
def test_calipers_are_found(tissue: NDArray[np.uint8], arm: int, gap: int, gray: int) -> None:
    (flag,) = drawing_flags(with_cross(tissue, arm, gap, gray), ())
    assert flag.code is FlagCode.CALIPERS


def test_the_edge_of_a_color_box_is_found_and_said_once(tissue: NDArray[np.uint8]) -> None:
    drawn = with_box(tissue, 0.4)
    assert find_drawings(drawn).upright == pytest.approx(0.4, abs=0.02)
    assert [flag.code for flag in drawing_flags(drawn, ())] == [FlagCode.COLOR_DOPPLER]
    assert drawing_flags(drawn, {FlagCode.COLOR_DOPPLER}) == ()


@pytest.mark.parametrize("length", [1, 2, 3, 17, 63, 64, 65, 100, 199, 200])
def test_the_length_of_a_line_is_exact(length: int) -> None:
    plain = np.full((200, 60), 20, np.uint8)
    plain[(200 - length) // 2 : (200 - length) // 2 + length, 30] = 200
    ends = min(2, 200 - length)  # a gap of one pixel counts as drawn, so a line is one longer at either end
    assert round(200 * find_drawings(plain).upright) == length + ends


def test_two_views_side_by_side_are_told_from_one(tissue: NDArray[np.uint8]) -> None:
    other = render(random_spec(31, Label.MALIGNANT)).pixels
    rows = min(tissue.shape[0], other.shape[0])
    half = min(tissue.shape[1], other.shape[1]) // 2
    dual = np.hstack([tissue[:rows, :half], np.zeros((rows, 4), np.uint8), other[:rows, :half]])
    assert [flag.code for flag in drawing_flags(dual, ())] == [FlagCode.MULTIPLE_REGIONS]
    assert not shows_two_views(other)


def test_a_strip_is_not_looked_at() -> None:
    assert find_drawings(np.full((8, 300), 100, np.uint8)).cross == 0


REGION = Rectangle(10, 20, 200, 100)


@pytest.mark.parametrize(
    ("box", "is_cut"),
    [
        ((50, 40, 30, 20), False),
        ((10, 40, 30, 20), True),
        ((181, 40, 29, 20), True),
        ((180, 40, 29, 20), False),
        ((50, 100, 30, 20), True),
        ((50, 20, 30, 20), False),
    ],
)
def test_a_lesion_that_the_edge_cuts_is_said_but_for_the_skin(box: tuple[int, int, int, int], is_cut: bool) -> None:
    flag = border_flag([box], REGION)
    assert (flag is not None) == is_cut
    assert flag is None or flag.code is FlagCode.LESION_AT_BORDER
