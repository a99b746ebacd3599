"""Changed copies of images: the lesion is gone and no shape of it left, drawings are drawn, found and painted over."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from BreastUSAILib.engine.checks.marks import find_marks
from BreastUSAILib.engine.images.frames import Rectangle
from Testing.made_up import speckle
from Training.measure.controls.changed_images import (
    FILLINGS,
    filled,
    hole_around,
    painted_over,
    with_dashed_ellipse,
    with_dotted_line,
)

from ..samples import disc

ROWS, COLUMNS = 240, 320


@pytest.fixture
def tissue() -> np.ndarray:
    """Speckle as wide as a transducer's beam makes it."""
    return ndimage.uniform_filter(speckle(3, ROWS, COLUMNS)[0], (3, 7))


def test_a_hole_hides_the_lesion_its_margin_and_all_below_it() -> None:
    lesion = disc(ROWS, COLUMNS, 30)
    hole = hole_around(lesion).on(ROWS, COLUMNS)
    margin = round(0.08 * COLUMNS)
    left, top = COLUMNS // 2 - 29 - margin, ROWS // 2 - 29 - margin
    assert hole == Rectangle(left, top, 59 + 2 * margin, ROWS - top)


def test_what_fills_a_hole_is_tissue_of_the_same_depth_and_says_nothing_of_the_lesion(tissue: np.ndarray) -> None:
    lesion = disc(ROWS, COLUMNS, 30)
    hole = hole_around(lesion).on(ROWS, COLUMNS)
    dark, bright = (np.where(lesion, gray, tissue).astype(np.uint8) for gray in (5, 250))
    (one, words), (two, _) = filled(dark, hole), filled(bright, hole)
    assert words == FILLINGS[0]
    assert np.array_equal(one, two)
    assert np.array_equal(one[:, : hole.x], tissue[:, : hole.x])
    inner = one[hole.y + 10 :, hole.x + 10 : hole.x + hole.width - 10]
    assert np.isin(inner[40], tissue[hole.y + 50]).all()


def test_a_drawing_is_not_tissue(tissue: np.ndarray) -> None:
    hole = Rectangle(120, 60, 80, ROWS - 60)
    pictogram = Rectangle(COLUMNS - 60, ROWS - 50, 60, 50)
    darker = tissue // 2
    darker[pictogram.slices] = 255
    darker[:, 100:120] = 0  # nothing on the left of the hole
    out, words = filled(darker, hole, [pictogram])
    assert words == FILLINGS[0]
    assert out[hole.slices].max() < 255


@pytest.mark.parametrize(("top", "words"), [(60, FILLINGS[1]), (10, FILLINGS[2])])
def test_without_tissue_beside_it_a_hole_is_filled_from_above_or_gray(tissue: np.ndarray, top: int, words: str) -> None:
    hole = Rectangle(10, top, COLUMNS - 20, ROWS - top)
    out, found = filled(tissue, hole)
    assert found == words
    inner = out[top + 10 :, 20:-20]
    assert (inner.std() == 0) == (words == FILLINGS[2])


def test_a_hole_without_anything_around_it_is_the_images_own_gray(tissue: np.ndarray) -> None:
    out, words = filled(tissue, Rectangle(0, 0, COLUMNS, ROWS))
    assert words == FILLINGS[2]
    assert np.ptp(out) == 0


@pytest.mark.parametrize("draw", [with_dotted_line, with_dashed_ellipse])
def test_calipers_are_few_bright_pixels_that_are_found_again_and_painted_over(draw, tissue: np.ndarray) -> None:
    marked = draw(tissue, np.random.default_rng(5))
    drawn = marked != tissue
    assert 20 < drawn.sum() < 0.02 * tissue.size
    assert marked[drawn].min() >= 170
    assert np.array_equal(marked, draw(tissue, np.random.default_rng(5)))
    assert not np.array_equal(marked, draw(tissue, np.random.default_rng(6)))
    marks = find_marks(marked)
    assert (marks & drawn).sum() > 0.6 * drawn.sum()
    assert marks.mean() < 0.1
    out = painted_over(marked, marks)
    assert np.array_equal(out[~marks], marked[~marks])
    assert out[marks].max() <= marked[~marks].max()
    assert abs(float(out[marks].mean()) - float(tissue[marks].mean())) < 12


def test_a_thin_frame_is_found_all_around(tissue: np.ndarray) -> None:
    framed = tissue.copy()
    framed[60, 80:240] = framed[180, 80:240] = 230
    framed[60:181, 80] = framed[60:181, 240] = 230
    marks = find_marks(framed)
    for line in (marks[60, 80:240], marks[180, 80:240], marks[60:181, 80], marks[60:181, 240]):
        assert line.mean() > 0.9


def test_bare_tissue_has_no_marks_and_stays_as_it_is(tissue: np.ndarray) -> None:
    marks = find_marks(tissue)
    assert marks.mean() < 0.005
    assert np.array_equal(painted_over(tissue, np.zeros_like(marks)), tissue)


def test_what_is_drawn_on_every_image_is_not_a_mark(tissue: np.ndarray) -> None:
    pictogram = Rectangle(COLUMNS - 60, ROWS - 50, 60, 50)
    drawn = tissue.copy()
    drawn[pictogram.slices] = 40
    drawn[ROWS - 40 : ROWS - 10, COLUMNS - 30] = 255
    assert find_marks(drawn).sum() > 200
    assert find_marks(drawn, [pictogram]).mean() < 0.005
