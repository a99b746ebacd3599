"""A place of an image is a pixel or a box on a frame that is there, and nothing else."""

from __future__ import annotations

import math

import pytest

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.engine.images.places import MOST_PLACES, Place, checked_places
from Testing.engine.conftest import speckle_frames


def test_a_box_is_given_as_lesions_boxes_are() -> None:
    box = Place.parse("100,60,41,21")
    assert (box.column, box.row, box.width, box.height, box.is_box) == (120, 70, 41, 21, True)
    assert box.contains(100, 60)
    assert box.contains(140, 80)
    assert not box.contains(99, 60)
    assert not box.contains(141, 80)


def test_a_click_has_no_size_and_may_name_its_frame() -> None:
    assert Place.parse(" 12.5,7 ") == Place(12.5, 7.0)
    assert Place.parse("3:12,7") == Place(12.0, 7.0, 3)
    assert not Place.parse("12,7").contains(12, 7)


@pytest.mark.parametrize("text", ["", "12", "a,b", "1,2,3", "1,2,0,4", "1,2,-3,4", "x:1,2", "-1:2,3", "1;2", "nan,1"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="no place"):
        Place.parse(text)


@pytest.mark.parametrize(
    "values", [(math.nan, 1.0), (1.0, math.inf), (1.0, 1.0, -1), (1.0, 1.0, 0, 5.0), (1, 1, 0, -1, 2)]
)
def test_numbers_that_are_no_place_are_refused(values) -> None:
    with pytest.raises(OptionError):
        Place(*values)


def test_the_only_frame_need_not_be_named_and_one_of_several_must() -> None:
    assert checked_places([Place(0, 0)], speckle_frames()) == (Place(0, 0, 0),)
    with pytest.raises(OptionError, match="on none of them"):
        checked_places([Place(0, 0)], speckle_frames(3))
    with pytest.raises(OptionError, match="frame 3 was given, but the input has 3"):
        checked_places([Place(0, 0, 3)], speckle_frames(3))


@pytest.mark.parametrize(("column", "row"), [(-1, 5), (160, 5), (5, -1), (5, 120)])
def test_a_place_outside_the_image_is_refused(column: float, row: float) -> None:
    with pytest.raises(OptionError, match="outside the image"):
        checked_places([Place(column, row)], speckle_frames())


def test_there_is_an_end_to_places() -> None:
    with pytest.raises(OptionError, match="at most"):
        checked_places([Place(1, 1)] * (MOST_PLACES + 1), speckle_frames())
