"""The closer view around a lesion holds it whole, lies in the analyzed region, and has the shape training showed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.preparing.closer_view import AROUND, closer_view, prepare_view, view_of_mask
from BreastUSAILib.engine.preparing.prepare import prepare

from ..conftest import SMALL, speckle_frames


@st.composite
def boxes(draw: st.DrawFn) -> tuple[Rectangle, Rectangle]:
    """A region of a frame, and a box inside it."""
    region = Rectangle(draw(st.integers(0, 80)), draw(st.integers(0, 80)), *draw(st.tuples(*[st.integers(1, 700)] * 2)))
    left, top = draw(st.integers(0, region.width - 1)), draw(st.integers(0, region.height - 1))
    width, height = draw(st.integers(1, region.width - left)), draw(st.integers(1, region.height - top))
    return region, Rectangle(region.x + left, region.y + top, width, height)


def inside(one: Rectangle, other: Rectangle) -> bool:
    return one.clipped(other.y + other.height, other.x + other.width) == one and one.x >= other.x and one.y >= other.y


@given(boxes())
def test_the_whole_lesion_is_in_view_and_the_view_in_the_region(found: tuple[Rectangle, Rectangle]) -> None:
    region, box = found
    view = closer_view(box, region)
    assert view is not None
    assert inside(view, region)
    assert inside(box, view)


@given(boxes())
def test_a_view_is_at_least_a_third_of_the_region_and_not_much_longer_than_wide(
    found: tuple[Rectangle, Rectangle],
) -> None:
    region, box = found
    view = closer_view(box, region)
    assert view is not None
    assert view.width >= 0.35 * region.width - 0.5  # whole pixels
    assert view.height >= 0.35 * region.height - 0.5
    assert view.width >= min(region.width, AROUND * box.width - 0.5)
    assert view.height >= min(region.height, AROUND * box.height - 0.5)
    if view.width < region.width:
        assert view.height <= 3 * view.width + 2
    if view.height < region.height:
        assert view.width <= 3 * view.height + 2


def test_a_lesion_in_the_middle_of_much_tissue_is_in_the_middle_of_its_view() -> None:
    assert closer_view(Rectangle(400, 300, 200, 200), Rectangle(0, 0, 1000, 800)) == Rectangle(320, 220, 360, 360)


def test_at_the_edge_the_view_is_moved_and_not_made_smaller() -> None:
    assert closer_view(Rectangle(10, 10, 200, 200), Rectangle(10, 10, 900, 700)) == Rectangle(10, 10, 360, 360)


def test_a_lesion_that_fills_the_region_is_seen_as_the_region_is() -> None:
    region = Rectangle(5, 6, 100, 80)
    assert closer_view(Rectangle(10, 10, 90, 70), region) == region


def test_of_an_outline_that_leaves_the_region_the_part_inside_counts() -> None:
    region = Rectangle(100, 100, 400, 400)
    assert closer_view(Rectangle(0, 0, 200, 200), region) == closer_view(Rectangle(100, 100, 100, 100), region)


@pytest.mark.parametrize("box", [Rectangle(0, 0, 20, 50), Rectangle(120, 40, 5, 5), Rectangle(40, 90, 5, 5)])
def test_an_outline_outside_the_region_has_no_view(box: Rectangle) -> None:
    assert closer_view(box, Rectangle(20, 20, 100, 70)) is None


def test_the_view_of_everything_is_what_the_network_always_sees() -> None:
    gray = speckle_frames().read_frame(0)
    region = Rectangle(10, 5, 140, 110)
    whole = prepare(gray, SMALL.letterbox(120, 160, region), SMALL)
    assert np.array_equal(prepare_view(gray, region, region, SMALL), whole)


def test_tissue_keeps_its_brightness_whatever_else_is_in_view() -> None:
    """A dark half of the picture stays dark in a view of its own, as in the parts of images that training shows."""
    gray = np.full((100, 100), 200, np.uint8)
    gray[:, :50] = 40
    gray[::2, ::2] -= 10
    region = Rectangle(0, 0, 100, 100)
    dark = prepare_view(gray, Rectangle(0, 0, 40, 40), region, SMALL)
    bright = prepare_view(gray, Rectangle(60, 0, 40, 40), region, SMALL)
    assert dark.max() < bright.min()


def test_a_masks_view_is_that_of_the_image() -> None:
    mask = np.zeros((120, 160), bool)
    mask[40:60, 50:90] = True
    view = Rectangle(50, 40, 40, 20)
    box = SMALL.letterbox(120, 160, view)
    seen = view_of_mask(mask, view, SMALL)
    assert seen[box.content.slices].all()
    assert seen.sum() == box.content.area
    stretched = dataclasses.replace(SMALL, fit="stretch")
    assert view_of_mask(mask, view, stretched).all()
