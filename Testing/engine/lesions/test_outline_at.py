"""One outline is chosen at a place: what the click holds, or the nearest; of a box what fills it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.images.places import Place
from BreastUSAILib.engine.lesions.outline_at import mean_probability, outline_at, threshold_at, views_of

REGION = Rectangle(20, 10, 200, 100)


@pytest.fixture
def two_lesions() -> NDArray[np.float32]:
    """A sure one of 20 x 10 pixels and a faint one of 16 x 8 beside it."""
    probability = np.full((120, 240), 0.01, np.float32)
    probability[40:50, 60:80] = 0.9
    probability[44:52, 100:116] = 0.35
    return probability


def outlined(probability, place, near_px=5.0, taken=None, min_area_px=20):
    nothing = np.zeros(probability.shape, bool)
    return outline_at(
        probability,
        place,
        taken=nothing if taken is None else taken,
        near_px=near_px,
        min_area_px=min_area_px,
        threshold=threshold_at(probability, place),
    )


def test_a_faint_lesion_ends_where_half_of_what_was_clicked_is_left() -> None:
    rows, columns = np.mgrid[:120, :240]
    away = np.hypot(rows - 60, columns - 100)
    for peak in (0.16, 0.4, 0.8):
        probability = (peak * np.exp(-(away**2) / (2 * 10.0**2))).astype(np.float32)
        outline = outlined(probability, Place(100, 60))
        assert outline is not None
        radius = 10 * np.sqrt(2 * np.log(2))  # where half of the peak is left
        assert outline.sum() == pytest.approx(np.pi * radius**2, rel=0.03)
    assert outlined((0.04 * (away < 9)).astype(np.float32), Place(100, 60)) is None
    assert threshold_at((0.9 * (away < 9)).astype(np.float32), Place(100, 60)) == pytest.approx(0.45)
    assert threshold_at(np.ones((5, 5), np.float32), Place(-0.4, 4.4)) == 0.5


def test_the_lesion_that_holds_the_click_is_outlined_and_no_other(two_lesions) -> None:
    outline = outlined(two_lesions, Place(108, 47))
    assert outline is not None
    assert outline.sum() == 16 * 8
    assert outline[44:52, 100:116].all()


@pytest.mark.parametrize(("column", "is_found"), [(96, True), (92, False)])
def test_a_click_beside_a_lesion_means_it_where_it_is_near(two_lesions, column: float, is_found: bool) -> None:
    assert (outlined(two_lesions, Place(column, 47)) is not None) is is_found


def test_a_box_means_what_fills_it_even_where_its_middle_is_empty(two_lesions) -> None:
    two_lesions[43:47, 68:72] = 0.0
    outline = outlined(two_lesions, Place(69.5, 44.5, 0, 24, 14))
    assert outline is not None
    assert outline.sum() == 20 * 10  # its hole is filled
    assert outlined(two_lesions, Place(30, 100, 0, 24, 14)) is None


def test_an_outline_does_not_leave_the_box_by_far(two_lesions) -> None:
    two_lesions[40:50, 20:200] = 0.9
    outline = outlined(two_lesions, Place(70, 45, 0, 20, 10))
    assert outline is not None
    rows, columns = np.nonzero(outline)
    assert columns.min() >= 70 - 14
    assert columns.max() <= 70 + 14
    assert np.ptp(rows) == 9


def test_pixels_of_other_lesions_are_not_taken(two_lesions) -> None:
    taken = np.zeros(two_lesions.shape, bool)
    taken[40:50, 60:75] = True
    outline = outlined(two_lesions, Place(77, 45), taken=taken)
    assert outline is not None
    assert outline.sum() == 5 * 10
    assert not (outline & taken).any()


def test_what_is_too_small_is_no_lesion(two_lesions) -> None:
    assert outlined(two_lesions, Place(70, 45), min_area_px=201) is None
    assert outlined(np.zeros((50, 50), np.float32), Place(10, 10)) is None


@pytest.mark.parametrize(
    "place", [Place(120, 60), Place(21, 11), Place(239, 109), Place(5, 5), Place(60, 50, 0, 30, 20)]
)
def test_every_view_of_a_place_lies_in_the_region(place: Place) -> None:
    views = views_of(place, REGION)
    assert len(views) >= 2
    for view in views:
        assert view.x >= REGION.x
        assert view.y >= REGION.y
        assert view.x + view.width <= REGION.x + REGION.width
        assert view.y + view.height <= REGION.y + REGION.height
    assert [view.area for view in views] == sorted((view.area for view in views), reverse=True)


def test_a_click_in_the_middle_is_the_middle_of_its_views() -> None:
    for view in views_of(Place(119.5, 59.5), REGION):
        assert (view.x + (view.width - 1) / 2, view.y + (view.height - 1) / 2) == pytest.approx((119.5, 59.5), abs=0.5)


def test_pixels_that_one_view_shows_have_the_probability_of_that_view() -> None:
    wide, close = np.zeros((20, 20), np.float32), np.zeros((20, 20), np.float32)
    wide[2:18, 2:18], close[8:12, 8:12] = 0.2, 0.8
    mean = mean_probability([wide, close], [Rectangle(2, 2, 16, 16), Rectangle(8, 8, 4, 4)])
    assert mean[9, 9] == pytest.approx(0.5)
    assert mean[3, 3] == pytest.approx(0.2)
    assert mean[0, 0] == 0
